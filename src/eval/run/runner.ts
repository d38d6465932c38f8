import type { Message } from '../../contracts/data'
import { fnv32OfText } from '../../contracts/hash'
import type { ProgressListener } from '../../contracts/progress'
import { fail, TuneError, type SerializedError } from '../../errors'
import { serializeError } from '../../errors/serialize'
import { SCORE_KINDS } from '../kinds'
import type { JudgeAnswer, Judgement } from '../kinds/kind'
import type { Passages } from '../passages'
import type { Suite, SuiteItem } from '../suites/suite'

/** What is scored: the base model, or an adapter on it at some strength. */
export interface Candidate {
  id: string
  name: string
  /** null: the base model alone. */
  adapter: string | null
  /** 1 as trained. */
  strength: number
  /** Stands for the weights: answers that are kept are another candidate's where it differs. */
  print: string
}

export interface Answer {
  text: string
  tokens: number
  /** 'length': cut off at the suite's max_new_tokens. */
  finish: 'stop' | 'length'
}

/** Loss of one text or row: mean over its trained tokens, and how many of them the model would have chosen. */
export interface TextLoss {
  id: string
  loss: number
  tokens: number
  right: number
}

/** The model, as the runner asks it. */
export interface Examinee {
  use(candidate: Candidate): Promise<void>
  answer(item: SuiteItem, maxNewTokens: number, signal?: AbortSignal): Promise<Answer>
  /** Several at once, each told by its place as it ends; items that cannot be asked are passed over. */
  answers?(
    items: readonly SuiteItem[],
    maxNewTokens: number,
    on: (place: number, answer: Answer) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>
  /** In the suite's order; items that cannot be measured are absent. */
  losses(suite: Suite, on: (done: number) => void, signal?: AbortSignal): Promise<TextLoss[]>
}

/** Answers that were made before, so that a closed tab or a stopped command loses none. */
export interface AnswerStore {
  get(key: string): Answer | TextLoss | undefined
  put(key: string, made: Answer | TextLoss): Promise<void>
}

/** One item with what each candidate made of it; null where it made nothing. */
export interface ScoredItem {
  id: string
  row?: number
  messages: Message[]
  /** By candidate id. */
  results: Record<string, ({ answer: Answer | null } & Judgement) | null>
}

export interface ScoredSuite {
  suite: Suite
  items: ScoredItem[]
  /** Why the suite, or items of it, could not be scored. */
  errors: (SerializedError & { item: string | null; candidate: string | null })[]
}

export interface RunOptions {
  suites: readonly Suite[]
  candidates: readonly Candidate[]
  examinee: Examinee
  store: AnswerStore
  /** What answers of truth are held against; read when they are first wanted, once. */
  passages?: () => Promise<Passages>
  on?: ProgressListener
  signal?: AbortSignal
}

/** How many answers (or losses) a run makes; said before it starts. */
export const countOf = (suites: readonly Suite[], candidates: readonly Candidate[]): number =>
  candidates.length * suites.reduce((sum, { items }) => sum + items.length, 0)

/** Ask every candidate every item, and judge. What is kept already is not asked again. Throws where it is aborted. */
export async function runSuites(options: RunOptions): Promise<ScoredSuite[]> {
  const { suites, candidates, examinee, signal } = options
  const prepared = await Promise.all(suites.map((suite) => prepareSuite(suite, options.passages)))
  const progress = progressOf(options)
  for (const candidate of candidates) {
    let isUsed = false
    // Nothing is loaded for a candidate whose answers are all there.
    const use = async () => {
      if (!isUsed) await examinee.use(candidate)
      isUsed = true
    }
    for (const one of prepared) {
      progress.at(one.scored.suite.name, candidate.name)
      try {
        await (one.scored.suite.score === 'text' ? measure : ask)(one, candidate, options, use, progress)
      } catch (error) {
        if (signal?.aborted) throw error
        one.scored.errors.push({ ...serializeError(error), item: null, candidate: candidate.id })
      }
    }
  }
  return prepared.map(({ scored }) => scored)
}

interface Prepared {
  scored: ScoredSuite
  judges: (JudgeAnswer | null)[]
}

async function prepareSuite(suite: Suite, passages?: () => Promise<Passages>): Promise<Prepared> {
  const scored: ScoredSuite = {
    suite,
    items: suite.items.map(({ id, row, messages }) => ({ id, row, messages, results: {} })),
    errors: [],
  }
  const judges: (JudgeAnswer | null)[] = []
  for (const [i, item] of suite.items.entries()) {
    if (suite.score === 'text') continue
    try {
      judges.push(await SCORE_KINDS[suite.score].prepare(item, { suite: suite.name, row: item.row ?? i + 1, passages }))
    } catch (error) {
      if (!(error instanceof TuneError)) throw error
      judges.push(null)
      // What no item can have is said once.
      const isOfAll = !('row' in error.params)
      if (!isOfAll || !scored.errors.some(({ code }) => code === error.code))
        scored.errors.push({ ...error.toJSON(), item: isOfAll ? null : item.id, candidate: null })
    }
  }
  return { scored, judges }
}

type Step = (
  prepared: Prepared,
  candidate: Candidate,
  options: RunOptions,
  use: () => Promise<void>,
  progress: ReturnType<typeof progressOf>,
) => Promise<void>

/**
 * Answers to all that is open, side by side, into the store. What goes wrong there is asked again one by one, where an
 * error finds its item. Gives the keys of what was made.
 */
async function askTogether(...[prepared, candidate, options, use, progress]: Parameters<Step>): Promise<Set<string>> {
  const { examinee, store, signal } = options
  const { suite } = prepared.scored
  const kept = new Set<string>()
  const open = suite.items.filter((item, i) => {
    const isOpen = prepared.judges[i] !== null && !store.get(keyOf(candidate, suite, item))
    return isOpen && lengthOf(item) === 0
  })
  if (!examinee.answers || open.length < 2) return kept
  await use()
  const on = async (place: number, answer: Answer) => {
    const key = keyOf(candidate, suite, open[place])
    await store.put(key, answer)
    kept.add(key)
    progress.made()
  }
  try {
    await examinee.answers(open, suite.maxNewTokens, on, signal)
  } catch (error) {
    if (signal?.aborted || !(error instanceof TuneError)) throw error
  }
  return kept
}

const ask: Step = async ({ scored, judges }, candidate, options, use, progress) => {
  const { examinee, store, signal } = options
  const { suite, items, errors } = scored
  // Where a length finds no memory, a longer one finds none either.
  let tooLong = Infinity
  const kept = await askTogether({ scored, judges }, candidate, options, use, progress)
  for (const [i, item] of suite.items.entries()) {
    signal?.throwIfAborted()
    const length = lengthOf(item)
    const judge = length < tooLong ? judges[i] : null
    const key = keyOf(candidate, suite, item)
    let answer = store.get(key) as Answer | undefined
    if (judge && !answer) {
      await use()
      try {
        answer = await examinee.answer(item, suite.maxNewTokens, signal)
      } catch (error) {
        if (signal?.aborted || !(error instanceof TuneError) || !isOfItem(error)) throw error
        const isTooLong = length > 0 && isOfMemory(error)
        if (isTooLong) tooLong = length
        const said = isTooLong ? fail('eval-length-memory', { suite: suite.name, length }, error) : error
        errors.push({ ...said.toJSON(), item: item.id, candidate: candidate.id })
      }
      if (answer) await store.put(key, answer)
      progress.made()
    } else if (!kept.has(key)) progress.skipped()
    items[i].results[candidate.id] = judge && answer ? { answer, ...(await judge(answer.text)) } : null
  }
}

const measure: Step = async ({ scored }, candidate, { examinee, store, signal }, use, progress) => {
  const { suite, items } = scored
  const keys = suite.items.map((item) => keyOf(candidate, suite, item))
  let losses = keys.map((key) => store.get(key) as TextLoss | undefined)
  if (losses.includes(undefined)) {
    await use()
    const made = await examinee.losses(suite, progress.upTo(), signal)
    if (made.length === 0) throw fail('eval-no-loss', { suite: suite.name })
    losses = suite.items.map(({ id }) => made.find((one) => one.id === id))
    for (const [i, loss] of losses.entries()) if (loss) await store.put(keys[i], loss)
  } else for (const _ of keys) progress.skipped()
  for (const [i, found] of losses.entries()) {
    if (!found || found.tokens === 0) continue
    const sums = [found.loss * found.tokens, found.tokens]
    const parts = { loss: sums, perplexity: sums, token_accuracy: [found.right, found.tokens] }
    items[i].results[candidate.id] = { answer: null, parts }
  }
}

/** An item that this model cannot take is left out; what concerns the model as a whole ends the suite. */
const isOfItem = (error: TuneError) =>
  ['engine-prompt-too-long', 'model-too-long', 'engine-prompt-empty'].includes(error.code) ||
  error.code.startsWith('data-') ||
  isOfMemory(error)

const isOfMemory = ({ code }: TuneError) => code === 'gpu-tensor-too-large' || code === 'gpu-out-of-memory'

/** Tokens of the context that an item fills by design; 0 for all others. */
const lengthOf = ({ fields: { length } }: SuiteItem) => (typeof length === 'number' ? length : 0)

export function keyOf({ print }: Candidate, suite: Suite, item: SuiteItem): string {
  const asked = JSON.stringify([item.messages, item.tools, suite.score === 'text' ? item.fields : suite.maxNewTokens])
  return `${print}/${suite.answersOf ?? suite.name}/${item.id}/${fnv32OfText(asked).toString(16)}`
}

/** Done of all, and the time left by the pace of what was really made. */
function progressOf({ suites, candidates, on }: RunOptions) {
  const total = countOf(suites, candidates)
  const began = performance.now()
  let [done, made] = [0, 0]
  let item = ''
  const tell = () => {
    const perSecond = made / ((performance.now() - began) / 1000)
    const etaSeconds = made > 0 ? (total - done) / perSecond : undefined
    on?.({ phase: 'evaluate', item, done, total, unit: 'rows', perSecond, etaSeconds })
  }
  return {
    at: (suite: string, candidate: string) => void (item = `${suite} · ${candidate}`),
    made: () => {
      done++
      made++
      tell()
    },
    /** A listener for counts that begin at 0. */
    upTo: () => {
      const before = done
      return (count: number) => {
        made += before + count - done
        done = before + count
        tell()
      }
    },
    skipped: () => {
      done++
      tell()
    },
  }
}

import type { Message } from '../../contracts/data'
import { fail, TuneError, type SerializedError } from '../../errors'
import { serializeError } from '../../errors/serialize'
import { SCORE_KINDS } from '../kinds'
import type { JudgeAnswer, Judgement } from '../kinds/kind'
import type { Passages } from '../passages'
import type { Suite, SuiteItem } from '../suites/suite'
import { keyOf, lengthOf, type Answer, type Candidate, type RunOptions, type TextLoss } from './asked'
import { askTogether, openQuestions } from './together'

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
    const answered = await together(prepared, candidate, options, use, progress)
    for (const one of prepared) {
      progress.at(one.scored.suite.name, candidate.name)
      try {
        await (one.scored.suite.score === 'text' ? measure : ask)(one, candidate, options, use, progress, answered)
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
  answered: ReadonlySet<SuiteItem>,
) => Promise<void>

/**
 * What can be asked side by side, of all suites. What goes wrong there is asked again one by one, where an error finds
 * its item; where nothing can be asked at all, each suite will say so.
 */
async function together(...[prepared, candidate, options, use, progress]: TogetherParts): Promise<Set<SuiteItem>> {
  const judged = prepared.map(({ scored: { suite }, judges }) => ({
    ...suite,
    items: suite.items.filter((_, i) => judges[i]),
  }))
  const open = openQuestions(judged, candidate, options)
  if (!options.examinee.answers || open.length < 2) return new Set()
  try {
    await use()
    return await askTogether(open, options, ({ suite }) => {
      progress.at(suite.name, candidate.name)
      progress.made()
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    return new Set()
  }
}

type TogetherParts = [
  prepared: Prepared[],
  candidate: Candidate,
  options: RunOptions,
  use: () => Promise<void>,
  progress: ReturnType<typeof progressOf>,
]

const ask: Step = async ({ scored, judges }, candidate, options, use, progress, answered) => {
  const { examinee, store, signal } = options
  const { suite, items, errors } = scored
  // Where a length finds no memory, a longer one finds none either.
  let tooLong = Infinity
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
    } else if (!answered.has(item)) progress.skipped()
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

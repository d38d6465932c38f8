import { LINES_AT_ONCE } from '../../contracts/answers'
import { TuneError } from '../../errors'
import { thinned } from '../suites/own'
import type { Suite, SuiteItem } from '../suites/suite'
import { isAskedAlone, keyOf, lengthOf, type Answer, type Candidate, type Examinee, type RunOptions } from './asked'
import { longSeconds, paceOf, secondsOf, type Pace } from './pace'
import { runSuites } from './runner'
import { openQuestions, type Open } from './together'

/** What a run will still ask, and how long that will take. */
export interface RunEstimate {
  /** Answers and losses that are not kept yet. */
  left: number
  /** 0 where nobody knows. */
  seconds: number
}

/** Of each suite so many are asked to find how long its answers are, */
const TRIED_SHARE = 0.12
/** and so many at least. */
const TRIED = 2
/** So few take no longer than finding out. */
const WORTH_TRYING = 16
/** Losses that are measured at once. */
const TEXTS = 4

/**
 * Asks each candidate some items of each suite, spread over it and side by side as the rest will be, and says from the
 * lengths of their answers and the pace of prompts and steps how long the rest takes. What it asks is kept, so that
 * trying costs a few prompts. Throws where it is aborted.
 */
export async function estimateRun(options: RunOptions): Promise<RunEstimate> {
  const { suites, candidates } = options
  const left = () => candidates.reduce((sum, one) => sum + suites.reduce((n, s) => n + open(s, one).length, 0), 0)
  const open = (suite: Suite, candidate: Candidate) =>
    suite.items.filter((item) => options.store.get(keyOf(candidate, suite, item)) === undefined)
  if (left() < WORTH_TRYING) return { left: left(), seconds: 0 }
  let seconds = 0
  try {
    for (const candidate of candidates) {
      const parts: Parts = { options, candidate, watch: stopwatch(options.examinee) }
      seconds += await textSeconds(parts, (suite) => open(suite, candidate))
      const answers = await answerSeconds(parts)
      seconds += answers.seconds + (await aloneSeconds(parts, (suite) => open(suite, candidate), answers.pace))
    }
  } catch (error) {
    if (options.signal?.aborted || !(error instanceof TuneError)) throw error
    // What fails side by side is asked again one by one, where the run finds the item and says so.
    seconds = 0
  }
  return { left: left(), seconds }
}

interface Parts {
  options: RunOptions
  candidate: Candidate
  watch: ReturnType<typeof stopwatch>
}

/** Runs these items of suites, into the store; gives the seconds that the examinee took. */
async function tried({ options, candidate, watch }: Parts, suites: Suite[]): Promise<number> {
  const before = watch.seconds
  await runSuites({ ...options, examinee: watch.examinee, suites, candidates: [candidate] })
  return watch.seconds - before
}

/** Losses: some to build what measures them, as many for the pace of each. */
async function textSeconds(parts: Parts, open: (suite: Suite) => SuiteItem[]): Promise<number> {
  let seconds = 0
  for (const suite of parts.options.suites) {
    if (suite.score !== 'text' || open(suite).length <= 2 * TEXTS) continue
    const some = () => thinned({ ...suite, items: open(suite) }, TEXTS)
    await tried(parts, [some()])
    const took = await tried(parts, [some()])
    seconds += (took / TEXTS) * open(suite).length
  }
  return seconds
}

/** Answers that are made side by side. */
async function answerSeconds(parts: Parts): Promise<{ seconds: number; pace: Pace | null }> {
  const { options, candidate, watch } = parts
  const questions = () => openQuestions(options.suites, candidate, options)
  const first = questions()
  if (first.length < WORTH_TRYING || !options.examinee.answers || !options.examinee.promptTokens)
    return { seconds: 0, pace: null }
  const tokensOf = await promptTokens(first, options.examinee)
  // Kernels are built by the first steps; then prompts alone, as many as there are lines.
  const some = spread(first, LINES_AT_ONCE)
  await watch.examinee.use(candidate)
  await watch.examinee.answers!(asking(some, 2), async () => {}, options.signal)
  const before = watch.seconds
  await watch.examinee.answers!(asking(some, 1), async () => {}, options.signal)
  const prompts = { tokens: total(some, tokensOf), seconds: watch.seconds - before }

  const bySuite = groupedBy(first, ({ suite }) => suite.name)
  const sample = [...bySuite.values()].flatMap((all) =>
    spread(all, Math.max(TRIED, Math.round(all.length * TRIED_SHARE))),
  )
  const seconds = await tried(parts, suitesOf(sample))
  const said = ({ key }: Open) => (options.store.get(key) as Answer | undefined)?.tokens ?? 0
  const pace = paceOf(prompts, { promptTokens: total(sample, tokensOf), answers: sample.map(said), seconds })
  // The rest says as much as those of its suite that were tried.
  const rest = questions()
  const lengths = new Map([...groupedBy(sample, ({ suite }) => suite.name)].map(([name, all]) => [name, all.map(said)]))
  const counts = new Map<string, number>()
  const answers = rest.map(({ suite: { name } }) => {
    const [known, at] = [lengths.get(name)!, counts.get(name) ?? 0]
    counts.set(name, at + 1)
    return known[at % known.length]
  })
  return { seconds: secondsOf({ promptTokens: total(rest, tokensOf), answers }, pace), pace }
}

/** Items that fill a context, one by one: the shortest says what the longer ones take. */
async function aloneSeconds(parts: Parts, open: (suite: Suite) => SuiteItem[], pace: Pace | null): Promise<number> {
  let seconds = 0
  for (const suite of parts.options.suites) {
    const alone = () => open(suite).filter(isAskedAlone)
    const [shortest] = alone().sort((a, b) => lengthOf(a) - lengthOf(b))
    if (!shortest || alone().length < 2) continue
    const took = await tried(parts, [{ ...suite, items: [shortest] }])
    for (const item of alone())
      seconds += longSeconds(lengthOf(item), lengthOf(shortest), took, pace?.promptSeconds ?? 0)
  }
  return seconds
}

const asking = (open: readonly Open[], maxNewTokens: number) => open.map(({ item }) => ({ item, maxNewTokens }))

const total = (open: readonly Open[], tokens: ReadonlyMap<SuiteItem, number>) =>
  open.reduce((sum, { item }) => sum + (tokens.get(item) ?? 0), 0)

const spread = (all: readonly Open[], count: number): Open[] =>
  all.length <= count
    ? [...all]
    : Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)])

/** Open questions as suites that hold nothing else. */
const suitesOf = (open: readonly Open[]): Suite[] =>
  [...groupedBy(open, ({ suite }) => suite)].map(([suite, all]) => ({ ...suite, items: all.map(({ item }) => item) }))

async function promptTokens(open: readonly Open[], examinee: Examinee): Promise<Map<SuiteItem, number>> {
  const counts = await examinee.promptTokens!(open.map(({ item }) => item))
  return new Map(open.map(({ item }, i) => [item, counts[i] ?? 0]))
}

/** The same examinee, and the seconds that it was at work. */
function stopwatch(examinee: Examinee) {
  const watch = { seconds: 0, examinee }
  const timed =
    <A extends unknown[], R>(act: (...all: A) => Promise<R>) =>
    async (...all: A): Promise<R> => {
      const began = performance.now()
      try {
        return await act(...all)
      } finally {
        watch.seconds += (performance.now() - began) / 1000
      }
    }
  watch.examinee = {
    ...examinee,
    answer: timed(examinee.answer),
    answers: examinee.answers && timed(examinee.answers),
    losses: timed(examinee.losses),
  }
  return watch
}

function groupedBy<T, K>(all: readonly T[], key: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one])
  return groups
}

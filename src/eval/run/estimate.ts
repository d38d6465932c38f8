import { thinned } from '../suites/own'
import { keyOf, runSuites, type Candidate, type RunOptions } from './runner'
import type { Suite } from '../suites/suite'

/** What a run will still ask, and how long that will take. */
export interface RunEstimate {
  /** Answers and losses that are not kept yet. */
  left: number
  seconds: number
}

/** Items of each suite that are asked to find its pace. */
const TRIED = 2
/** So few take no longer than finding out. */
const WORTH_TRYING = 16

/**
 * Asks each candidate the first items of each suite, spread over it, and says from their pace how long the rest takes.
 * What it asks is kept, so that it costs nothing. Throws where it is aborted.
 */
export async function estimateRun(options: RunOptions): Promise<RunEstimate> {
  const { suites, candidates, store } = options
  const missing = (suite: Suite, candidate: Candidate) =>
    suite.items.filter((item) => store.get(keyOf(candidate, suite, item)) === undefined).length
  const all = () => candidates.flatMap((one) => suites.map((suite) => missing(suite, one)))
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  if (sum(all()) < WORTH_TRYING) return { left: sum(all()), seconds: 0 }
  let seconds = 0
  for (const candidate of candidates) {
    // The first of all builds what the others find built.
    const first = suites.find((suite) => missing(suite, candidate) > TRIED)
    if (first) await runSuites({ ...options, suites: [thinned(first, 1)], candidates: [candidate] })
    for (const suite of suites) {
      const before = missing(suite, candidate)
      if (before === 0) continue
      const began = performance.now()
      await runSuites({ ...options, suites: [thinned(suite, TRIED)], candidates: [candidate] })
      const made = before - missing(suite, candidate)
      if (made > 0) seconds += ((performance.now() - began) / 1000 / made) * (before - made)
    }
  }
  return { left: sum(all()), seconds }
}

import { TuneError } from '../../errors'
import type { SuiteItem } from '../suites/suite'
import { isAskedAlone, keyOf, type Answer, type Candidate, type RunOptions } from './asked'
import type { Suite } from '../suites/suite'

/** A question that has no answer yet. */
export interface Open {
  suite: Suite
  item: SuiteItem
  key: string
}

/** What of the suites can be asked side by side and is not kept; what two suites ask alike stands here once. */
export function openQuestions(
  suites: readonly Suite[],
  candidate: Candidate,
  { store }: Pick<RunOptions, 'store'>,
): Open[] {
  const open = new Map<string, Open>()
  for (const suite of suites) {
    if (suite.score === 'text') continue
    for (const item of suite.items) {
      const key = keyOf(candidate, suite, item)
      if (!isAskedAlone(item) && !store.get(key) && !open.has(key)) open.set(key, { suite, item, key })
    }
  }
  return [...open.values()]
}

/**
 * Answers to questions of all suites side by side, into the store, so that lines stand idle at the very end alone. Long
 * ones do not make room for the others scarce: they go together, by powers of two. What fails is left open. Gives the
 * items that got an answer.
 */
export async function askTogether(
  open: readonly Open[],
  { examinee, store, signal }: RunOptions,
  made: (one: Open) => void,
): Promise<Set<SuiteItem>> {
  const answered = new Set<SuiteItem>()
  if (!examinee.answers) return answered
  for (const group of await groupsOf(open, examinee)) {
    const on = async (place: number, answer: Answer) => {
      const one = group[place]
      await store.put(one.key, answer)
      answered.add(one.item)
      made(one)
    }
    const questions = group.map(({ suite, item }) => ({ item, maxNewTokens: suite.maxNewTokens }))
    try {
      await examinee.answers(questions, on, signal)
    } catch (error) {
      if (signal?.aborted || !(error instanceof TuneError)) throw error
    }
  }
  return answered
}

/** Tokens of context that all lines may take without a thought. */
const SHORT = 1024

async function groupsOf(open: readonly Open[], { promptTokens }: RunOptions['examinee']): Promise<Open[][]> {
  if (open.length < 2) return []
  const tokens = (await promptTokens?.(open.map(({ item }) => item))) ?? open.map(() => 0)
  const groups = new Map<number, Open[]>()
  for (const [i, one] of open.entries()) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(SHORT, (tokens[i] ?? 0) + one.suite.maxNewTokens)))
    groups.set(size, [...(groups.get(size) ?? []), one])
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}

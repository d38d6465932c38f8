import type { CacheType } from '../../contracts/answers'
import { fnv32OfText } from '../../contracts/hash'
import type { ProgressListener } from '../../contracts/progress'
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

/** What a candidate's `print` ends with: answers with a cache in 16 bits are not those with one in 32. */
export const cachePrint = (cache: CacheType): string => (cache === 'f16' ? '+kv-f16' : '')

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
    questions: readonly { item: SuiteItem; maxNewTokens: number }[],
    on: (place: number, answer: Answer) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>
  /** Tokens of each item's prompt; null where it cannot be asked. */
  promptTokens?(items: readonly SuiteItem[]): Promise<(number | null)[]>
  /** In the suite's order; items that cannot be measured are absent. */
  losses(suite: Suite, on: (done: number) => void, signal?: AbortSignal): Promise<TextLoss[]>
}

/** Answers that were made before, so that a closed tab or a stopped command loses none. */
export interface AnswerStore {
  get(key: string): Answer | TextLoss | undefined
  put(key: string, made: Answer | TextLoss): Promise<void>
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

/** Items that fill a context are asked one by one, the shorter before the longer. */
export const isAskedAlone = (item: SuiteItem): boolean => lengthOf(item) > 0

/** Tokens of the context that an item fills by design; 0 for all others. */
export const lengthOf = ({ fields: { length } }: SuiteItem) => (typeof length === 'number' ? length : 0)

/** By what an answer is kept: whose it is, and all that was asked. */
export function keyOf({ print }: Candidate, suite: Suite, item: SuiteItem): string {
  const asked = JSON.stringify([item.messages, item.tools, suite.score === 'text' ? item.fields : suite.maxNewTokens])
  return `${print}/${suite.answersOf ?? suite.name}/${item.id}/${fnv32OfText(asked).toString(16)}`
}

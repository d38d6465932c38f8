import type { CacheType } from '../contracts/answers'
import type { TrainOptions } from '../engine/api/types'
import type { Prefs } from './prefs'

/** Answers that are looked at on the way: of so many rows, so long. */
const ROWS = 2
const TOKENS = 40

/** What a run lets the model say on the way, as the person chose; undefined: nothing. */
export function answersOnTheWay(
  { answerEvery }: Pick<Prefs, 'answerEvery'>,
  kv_dtype: CacheType,
): TrainOptions['answers'] {
  return answerEvery > 0 ? { rows: ROWS, every: answerEvery, max_new_tokens: TOKENS, kv_dtype } : undefined
}

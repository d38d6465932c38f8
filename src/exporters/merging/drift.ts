import type { ChatTokenizer } from '../../data/index'
import { expectedTensors } from '../../architecture/tensors'
import { addLora } from './add-lora'
import type { OpenedModel } from '../../model/opening/open-model'
import { quantizedRows, sourceRows } from '../../formats/source-rows'
import { argmax } from '../../ops/answering/argmax'
import type { RowReader } from '../../contracts/weights'
import type { LoraPair } from '../../contracts/lora'
import { linearPath } from '../../architecture/names'

/** What a merged model's logits are measured on: the first tokens of this text, without a chat template. */
export const MEASURED_TEXT =
  'The letter says that the library opens at nine and that tea is served in the garden. 请在周五之前把书还给图书馆，谢谢你的帮助。'
/** Enough to see a difference; each costs one product a weight, as one more rank of the adapter would in merging. */
const MEASURED_TOKENS = 16
/** Weights worked on at a time. */
const WINDOW = 1 << 21

export const measuredIds = (tokenizer: Pick<ChatTokenizer, 'encode'>) =>
  tokenizer.encode(MEASURED_TEXT).slice(0, MEASURED_TOKENS)

/** How far a merged model's logits are from those of base and adapter as training saw them. */
export interface MergeDrift {
  tokens: number
  /** Largest absolute difference of a logit, and root of the mean square. */
  largest: number
  rms: number
  /** Largest minus smallest logit of base and adapter, to compare with. */
  range: number
  /**
   * Kullback-Leibler divergence of the next token's distribution from that of base and adapter, mean of the positions,
   * in nats.
   */
  divergence: number
  /** Positions at which both hold the same token likeliest. */
  sameNext: number
}

/** Both [tokens, vocabulary]. NaN in either gives NaN. */
export function compareLogits(merged: Float32Array, seen: Float32Array, tokens: number): MergeDrift {
  const V = seen.length / tokens
  let [largest, squares, low, high, divergence, sameNext] = [0, 0, Infinity, -Infinity, 0, 0]
  for (let i = 0; i < seen.length; i++) {
    const difference = Math.abs(merged[i] - seen[i])
    largest = Math.max(largest, difference)
    squares += difference * difference
    low = Math.min(low, seen[i])
    high = Math.max(high, seen[i])
  }
  for (let t = 0; t < tokens; t++) {
    const [p, q] = [seen, merged].map((logits) => logits.subarray(t * V, (t + 1) * V))
    const [zp, zq] = [logSum(p), logSum(q)]
    for (let i = 0; i < V; i++) divergence += (Math.exp(p[i] - zp) * (p[i] - zp - (q[i] - zq))) / tokens
    if (argmax(p) === argmax(q)) sameNext++
  }
  return { tokens, largest, rms: Math.sqrt(squares / seen.length), range: high - low, divergence, sameNext }
}

/** Logarithm of the sum of exponentials. */
function logSum(logits: Float32Array): number {
  const top = logits[argmax(logits)]
  return top + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0))
}

/** Rows of base and adapter as training sees them, without a GPU: projections through NF4 with double quantisation. */
export function seenRows({ config, weights }: OpenedModel, pairs: LoraPair[], scale: number): RowReader {
  const tensors = new Map(expectedTensors(config).map((tensor) => [tensor.name, tensor]))
  const adapted = new Map(pairs.map((pair) => [`${linearPath(pair.layer, pair.projection)}.weight`, pair]))
  return async function* (name, from, count) {
    const pair = adapted.get(name)
    const { shape, linear } = tensors.get(name)!
    const width = shape.at(-1)!
    const becomesNf4 = linear === 'block' && !config.quantization
    const rows = await (becomesNf4 ? quantizedRows : sourceRows)(weights, name, width)
    const step = Math.max(1, Math.floor(WINDOW / width))
    for (let at = from; at < from + count; at += step) {
      const values = await rows.floats(at, Math.min(step, from + count - at))
      if (pair) addLora(values, at, pair, scale)
      yield values
    }
  }
}

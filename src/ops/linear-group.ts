import { bufferTensor, type Tensor } from '../gpu/tensor'
import type { LinearWeight } from './linear'

/** The adapter of one linear of a group: A [rank, K], B [to - from, rank]. */
export interface AdaptedPart {
  /** Its rows of the group's matrix. */
  from: number
  to: number
  A: Tensor
  B: Tensor
  /** Which of dropout's masks is its own. */
  site: number
}

/** One to three linears [n, K] that read the same input, one below the other as one matrix [N, K]. */
export interface LinearGroup {
  weights: LinearWeight[]
  N: number
  K: number
  /** Those that are adapted, all with tensors in one buffer. */
  parts: AdaptedPart[]
  rank: number
  /** alpha / rank, or what stands for it. */
  scale: number
}

/** Columns that the low products take beside a left side: a multiple of 4. */
export function extraColumns(group: Pick<LinearGroup, 'parts' | 'rank'>): number {
  return Math.ceil((group.parts.length * group.rank) / 4) * 4
}

/** How a weight is stored: those of one kind unpack alike. */
export const kindOf = (weight: LinearWeight): string =>
  weight.kind === 'nf4' ? (weight.layout.nested ? 'nested' : 'nf4') : weight.tensor.dtype

/** `from0`, `to0`, `a0`, `b0` and so on; parts that are not there are empty. */
export function partParams(parts: AdaptedPart[]): Record<string, number> {
  return Object.fromEntries(
    [0, 1, 2].flatMap((i) => {
      const own = parts[i] as AdaptedPart | undefined
      return [
        [`from${i}`, own?.from ?? 0],
        [`to${i}`, own?.to ?? 0],
        [`a${i}`, (own?.A.offset ?? 0) / 4],
        [`b${i}`, (own?.B.offset ?? 0) / 4],
      ]
    }),
  )
}

/** `site0` and so on: which of dropout's masks is each part's own. */
export function siteParams(parts: AdaptedPart[]): Record<string, number> {
  return Object.fromEntries([0, 1, 2].map((i) => [`site${i}`, (parts[i] as AdaptedPart | undefined)?.site ?? 0]))
}

/** A weight and its rows of the group's matrix. */
export interface PlacedWeight {
  weight: LinearWeight
  start: number
  end: number
}

/** The weights of a group, one below the other. */
export function placedWeights({ weights }: LinearGroup): PlacedWeight[] {
  let at = 0
  return weights.map((weight) => ({ weight, start: at, end: (at += weight.N) }))
}

/** `start0`, `end0`, `code0` and so on: where the codes and scales of each weight stand in its buffer. */
export function weightParams(weights: PlacedWeight[]): Record<string, number> {
  return Object.fromEntries(
    [0, 1, 2].flatMap((i) => {
      const own = weights[i] as PlacedWeight | undefined
      const nf4 = own?.weight.kind === 'nf4' ? own.weight : null
      return [
        [`start${i}`, own?.start ?? 0],
        [`end${i}`, own?.end ?? 0],
        [`code${i}`, nf4?.layout.codeAt ?? 0],
        [`absmax${i}`, nf4?.layout.absmaxAt ?? 0],
        [`nested${i}`, nf4?.layout.nestedAt ?? 0],
        [`offset${i}`, nf4?.nestedOffset ?? 0],
      ]
    }),
  )
}

/** The whole buffer that the adapters of a group stand in. */
export function pageOf(pairs: { A: Tensor; B: Tensor }[]): Tensor {
  const tensors = pairs.flatMap(({ A, B }) => [A, B])
  const { buffer, label } = tensors[0]
  if (!tensors.every((tensor) => tensor.buffer === buffer)) throw new Error(`${label} and its group are apart`)
  return buffer ? bufferTensor(buffer.label, 'f32', [buffer.size / 4], buffer) : tensors[0]
}

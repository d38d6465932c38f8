import reduce from '../../../shaders/reduce.wgsl?raw'
import wgsl from '../../../shaders/answer-steps.wgsl?raw'
import { grid, rowGrid, type Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'

const heads = { name: 'answer_heads', wgsl: reduce + wgsl }
const attention = { name: 'answer_attention', wgsl: reduce + wgsl }
const norm = { name: 'answer_norm', wgsl: reduce + wgsl }
const swiglu = { name: 'answer_swiglu', wgsl: reduce + wgsl }

/** Stands for the B of a linear that has none. */
const NONE = 0xffffffff

/** The B matrices [N, rank] of a group of adapted linears, and where their x A^T stand in y. */
export interface AdaptedParts {
  /** f32 */
  page: Tensor
  rank: number
  scale: number
  /** By linear of the group: its column in y and B's first element in the page; null: not adapted. */
  parts: readonly ({ low: number; b: number } | null)[]
}

function adapted(lora: AdaptedParts | null, count: number) {
  const params: Record<string, number> = { rank: lora?.rank ?? 0, scale: lora?.scale ?? 0 }
  for (let i = 0; i < count; i++) {
    const end = count > 1 ? `_${i}` : ''
    params[`low${end}`] = lora?.parts[i]?.low ?? 0
    params[`b${end}`] = lora?.parts[i]?.b ?? NONE
  }
  const tensors: Record<string, Tensor> = lora ? { lora: lora.page } : {}
  return { params, tensors, defines: { LORA: lora !== null, NONE } }
}

/** What all kernels of a step share. */
interface Step {
  lines: number
  /** Products side by side [lines, ldy]. */
  y: Tensor
  ldy: number
  lora: AdaptedParts | null
}

/** A layer's cache: keys [slots, capacity, K D] and from element `values` on the values, of f32 or f16. */
export interface LayerCache {
  tensor: Tensor
  capacity: number
  values: number
}

interface HeadShape {
  H: number
  K: number
  D: number
}

/** q [lines, H D], and the cache at each line's place; `norms`: q's and k's weights, `normStride` elements apart. */
export function answerHeads(
  r: Recorder,
  o: Step &
    HeadShape & {
      rows: Tensor
      q: Tensor
      cache: LayerCache
      table: Tensor | null
      norms: { tensor: Tensor; stride: number } | null
      eps: number
    },
): void {
  const { lines, H, K, D, ldy } = o
  const { defines, workgroups } = rowGrid(r, lines * (H + 2 * K))
  const lora = adapted(o.lora, 3)
  r.dispatch({
    source: heads,
    defines: {
      ...defines,
      ...lora.defines,
      ROPE: o.table !== null,
      NORM: o.norms !== null,
      NORM_STRIDE: o.norms?.stride ?? 0,
    },
    tensors: {
      ...{ rows: o.rows, y: o.y, q: o.q, cache: o.cache.tensor, ...lora.tensors },
      ...(o.table ? { table: o.table } : {}),
      ...(o.norms ? { norms: o.norms.tensor } : {}),
    },
    params: { lines, H, K, D, ldy, capacity: o.cache.capacity, values: o.cache.values, eps: o.eps, ...lora.params },
    workgroups,
    flops: 6 * lines * (H + 2 * K) * D,
  })
}

/** out [lines, H D]: attention of each line's token to the line's own. `scores`: scratch [lines, H, capacity]. */
export function answerAttention(
  r: Recorder,
  o: HeadShape & { lines: number; rows: Tensor; q: Tensor; cache: LayerCache; scores: Tensor; out: Tensor },
): void {
  const { lines, H, K, D } = o
  const { defines, workgroups } = rowGrid(r, lines * H)
  const wide = D % 4 === 0 ? 4 : 1
  const type = o.cache.tensor.dtype
  r.dispatch({
    source: attention,
    defines: {
      ...defines,
      WIDE: wide,
      V_f32: wide === 4 ? 'vec4<f32>' : 'f32',
      V_cache: wide === 4 ? `vec4<${type}>` : type,
    },
    tensors: { rows: o.rows, q: o.q, cache: o.cache.tensor, scores: o.scores, out: o.out },
    params: { lines, H, K, D, capacity: o.cache.capacity, values: o.cache.values, alpha: 1 / Math.sqrt(D) },
    workgroups,
    flops: 4 * lines * H * D * o.cache.capacity,
  })
}

/** xOut [lines, C] = x + y (what a block adds), and out its norm. */
export function answerNorm(
  r: Recorder,
  o: Step & { C: number; x: Tensor; weight: Tensor; xOut: Tensor; out: Tensor; eps: number },
): void {
  const { defines, workgroups } = rowGrid(r, o.lines)
  const lora = adapted(o.lora, 1)
  r.dispatch({
    source: norm,
    defines: { ...defines, ...lora.defines },
    tensors: { x: o.x, y: o.y, weight: o.weight, x_out: o.xOut, out: o.out, ...lora.tensors },
    params: { lines: o.lines, C: o.C, ldy: o.ldy, eps: o.eps, ...lora.params },
    workgroups,
    flops: 7 * o.lines * o.C,
  })
}

/** act [lines, F] = silu(gate) up of gate and up side by side in y. */
export function answerSwiglu(r: Recorder, o: Step & { F: number; act: Tensor }): void {
  const lora = adapted(o.lora, 2)
  r.dispatch({
    source: swiglu,
    defines: lora.defines,
    tensors: { y: o.y, act: o.act, ...lora.tensors },
    params: { lines: o.lines, F: o.F, ldy: o.ldy, ...lora.params },
    workgroups: grid(o.lines * o.F, 64),
    flops: 6 * o.lines * o.F,
  })
}

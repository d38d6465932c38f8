import type { Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'
import type { Projection } from '../../contracts/model'
import { floatProduct, nf4Products, sharesBuffer } from '../../ops/answering/product'
import {
  answerAttention,
  answerHeads,
  answerNorm,
  answerSwiglu,
  type AdaptedParts,
  type LayerCache,
} from '../../ops/answering/steps'
import type { Nf4Weight } from '../../ops/nf4'
import { rmsnormForward } from '../../ops/rmsnorm'
import { embedGather } from '../../ops/rows'
import { linearShape } from '../../architecture/names'
import type { PassModel } from '../passes/graphs'
import { ANSWER_GROUPS } from '../weights'
import type { GroupAdapter } from './adapter-parts'

/** One token of each of so many lines. */
export interface StepShape {
  lines: number
}

export interface StepTensors {
  /** i32 [lines]: the tokens. */
  ids: Tensor
  /** f32 [lines, C] where the input table stays with the host. */
  embedded: Tensor | null
  /** [lines] of (slot, position, end of the slot, 0). */
  rows: Tensor
  /** f32 [lines, V] */
  logits: Tensor
  caches: LayerCache[]
  /** By layer and group. */
  adapters: (GroupAdapter | null)[][]
}

/** Products of a group, side by side. */
interface Products {
  y: Tensor
  ldy: number
  lora: AdaptedParts | null
}

/**
 * One token of every line through the model: nine dispatches a layer, adapter and all, where weights are NF4. Nothing
 * depends on how long a line is, so the same recording serves every token; rows are worked out apart from each other.
 */
export function recordStep(r: Recorder, m: Omit<PassModel, 'chunking'>, { lines }: StepShape, t: StepTensors): void {
  const { config: c, weights } = m
  const { hiddenSize: C, intermediateSize: F, heads: H, kvHeads: K, headDim: D, rmsNormEps: eps } = c
  const tensor = (label: string, width: number): Tensor => r.tensor(label, [lines, width], { kind: 'answers' })
  let x = t.embedded ?? tensor('embedded', C)
  if (!t.embedded) embedGather(r, { ids: t.ids, parts: weights.head, out: x, M: lines, C })
  let block: Products | null = null
  const normed = (label: string, weight: Tensor): Tensor => {
    const out = tensor(`${label} norm`, C)
    if (block) {
      const xOut = tensor(`${label} x`, C)
      answerNorm(r, { lines, C, ...block, x, weight, xOut, out, eps })
      x = xOut
    } else rmsnormForward(r, { x, weight, y: out, rows: lines, C, eps })
    return out
  }
  for (let layer = 0; layer < c.layers; layer++) {
    const w = weights.layers[layer]
    const multiply = (group: number, input: Tensor): Products =>
      groupProducts(r, m, { lines, layer, group, x: input, adapter: t.adapters[layer][group] })
    const cache = t.caches[layer]
    const heads = multiply(0, normed(`layer ${layer} input`, w.inputNorm))
    const q = tensor(`layer ${layer} q`, H * D)
    answerHeads(r, {
      ...{ lines, ...heads, H, K, D, rows: t.rows, q, cache, eps },
      table: c.layerKinds[layer].rope ? m.rope : null,
      norms: w.qNorm && w.kNorm ? norms(w.qNorm, w.kNorm) : null,
    })
    const attended = tensor(`layer ${layer} attended`, H * D)
    const scores = tensor(`layer ${layer} scores`, H * cache.capacity)
    answerAttention(r, { lines, H, K, D, rows: t.rows, q, cache, scores, out: attended })
    block = multiply(1, attended)
    const gates = multiply(2, normed(`layer ${layer} middle`, w.postNorm))
    const act = tensor(`layer ${layer} act`, F)
    answerSwiglu(r, { lines, F, ...gates, act })
    block = multiply(3, act)
  }
  const hidden = normed('last', weights.finalNorm)
  for (const { tensor: part, first, count } of weights.head) {
    floatProduct(r, { lines, x: hidden, K: C, y: t.logits, ldy: c.vocabSize, first, weight: part, N: count })
  }
}

/** q's and k's norms in one binding: the loader has them side by side. */
function norms(q: Tensor, k: Tensor): { tensor: Tensor; stride: number } {
  const from = q.offset / 4
  const stride = k.offset / 4 - from
  return { tensor: { ...q, shape: [stride + k.shape[0]] }, stride }
}

interface GroupPlace {
  lines: number
  layer: number
  group: number
  x: Tensor
  adapter: GroupAdapter | null
}

/** All linears of a group, and behind them what the A of their adapters make of x. */
function groupProducts(r: Recorder, m: Omit<PassModel, 'chunking'>, p: GroupPlace): Products {
  const { lines, layer, x, adapter } = p
  const group: readonly Projection[] = ANSWER_GROUPS[p.group]
  const parts = group.map((projection) => m.weights.layers[layer].linears[projection])
  const K = parts[0].weight.K
  const width = parts.reduce((sum, { weight }) => sum + weight.N, 0)
  const adapted = adapter?.parts.flatMap((part) => (part ? [part.a] : [])) ?? []
  const rank = adapter?.rank ?? 0
  const ldy = width + rank * adapted.length
  const y = r.tensor(`layer ${layer} ${group[0]} products`, [lines, ldy], { kind: 'answers' })
  const rows = { lines, x, K, y, ldy }
  const low = adapter && { page: adapter.page, rank, at: adapted, first: width }
  if (sharesBuffer(parts)) {
    nf4Products(r, { ...rows, first: 0, parts: parts as { weight: Nf4Weight; bias: Tensor | null }[], low })
  } else {
    let first = 0
    for (const [i, { weight, bias }] of parts.entries()) {
      const [N] = linearShape(m.config, group[i])
      if (weight.kind === 'dense') floatProduct(r, { ...rows, first, weight: weight.tensor, N, bias })
      else nf4Products(r, { ...rows, first, parts: [{ weight, bias }], low: null })
      first += N
    }
    for (const [i, at] of adapted.entries()) {
      floatProduct(r, { ...rows, first: width + i * rank, weight: adapter!.page, at, N: rank })
    }
  }
  let before = width
  const lora = adapter && {
    page: adapter.page,
    rank,
    scale: adapter.scale,
    parts: adapter.parts.map((part) => {
      if (!part) return null
      before += rank
      return { low: before - rank, b: part.b }
    }),
  }
  return { y, ldy, lora }
}

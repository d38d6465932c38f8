import reduce from '../../shaders/reduce.wgsl?raw'
import wgsl from '../../shaders/optimizer.wgsl?raw'
import { grid, rowGrid, WHOLE_WORKGROUP, type Recorder } from '../gpu/recorder'
import type { KernelSource } from '../gpu/kernel'
import type { Tensor } from '../gpu/tensor'
import { floatWords, namedWords } from '../gpu/words'
import { STATS } from './step-words'

/** Hyper-parameters of one optimiser step. */
export interface OptimizerStep {
  lr: number
  beta1: number
  beta2: number
  eps: number
  weightDecay: number
  /** Clip threshold on the global L2 norm; 0 = no clipping. */
  maxGradNorm: number
}

/**
 * Whose order of roundings the update follows: torch.optim.AdamW, or bitsandbytes' CPU kernels for states of 32 bits
 * (tensors too small for 8) and of 8 bits.
 */
export type AdamwFormula = 'torch' | 'bnb32' | 'bnb8'

/** Elements of an optimiser block: what shares one scale in the 8-bit states. */
export const OPTIMIZER_BLOCK = 256

/** 32-bit words of one block's states: 256 m and 256 v; or 64 words of codes for each and two scales. */
export const RECORD_WORDS: Record<AdamwFormula, number> = { torch: 512, bnb32: 512, bnb8: 130 }

/** Gradients one workgroup of sumsq_partial sums. */
const SUMSQ_BLOCK = 4096

/** Words of the buffer of partial sums that `gradNorm` needs for pages of these many gradients. */
export function partialWords(pages: readonly number[]): number {
  return pages.reduce((sum, n) => sum + Math.ceil(n / SUMSQ_BLOCK), 0)
}

/** Words of the hyper-parameter buffer; `hyperWords` says what each is. */
export const HYPER = namedWords('HYPER', [
  'max_norm',
  'beta1',
  'rest1',
  'beta2',
  'rest2',
  'eps',
  'decay',
  'correction2',
  'step',
  'small_eps',
  'small_step',
])

const source = (name: string): KernelSource => ({ name, wgsl: reduce + HYPER.wgsl + STATS.wgsl + wgsl })
const partialSource = source('sumsq_partial')
const finishSource = source('norm_finish')
const fullSource = source('adamw')
const eightSource = source('adamw_8bit')

/** Contents of the hyper-parameter buffer for step `step`, which counts from 1; each in f64 and rounded once. */
export function hyperWords(o: OptimizerStep, step: number): Float32Array<ArrayBuffer> {
  const correction1 = 1 - o.beta1 ** step
  const correction2 = Math.sqrt(1 - o.beta2 ** step)
  return floatWords(HYPER, {
    max_norm: o.maxGradNorm,
    beta1: o.beta1,
    rest1: 1 - o.beta1,
    beta2: o.beta2,
    rest2: 1 - o.beta2,
    eps: o.eps,
    decay: 1 - o.lr * o.weightDecay,
    correction2,
    step: -o.lr / correction1,
    small_eps: o.eps * correction2,
    small_step: (-o.lr * correction2) / correction1,
  })
}

/** grad_norm = L2 norm over all gradient pages, clip = factor (-1: not finite, skip the update), both of `stats`. */
export function gradNorm(
  r: Recorder,
  o: { pages: { grad: Tensor; n: number }[]; partial: Tensor; hyper: Tensor; stats: Tensor },
): void {
  let first = 0
  for (const page of o.pages) {
    const blocks = Math.ceil(page.n / SUMSQ_BLOCK)
    r.dispatch({
      source: partialSource,
      defines: WHOLE_WORKGROUP,
      tensors: { grad: page.grad, partial: o.partial },
      params: { n: page.n, first },
      workgroups: grid(blocks, 1),
    })
    first += blocks
  }
  r.dispatch({
    source: finishSource,
    defines: WHOLE_WORKGROUP,
    tensors: { partial: o.partial, hyper: o.hyper, stats: o.stats },
    params: { n: first },
    workgroups: [1, 1, 1],
  })
}

/**
 * Where a block of at most 256 elements begins in its page (a multiple of 64) and how many it has, as the kernels read
 * it.
 */
export function blockEntry(start: number, count: number): number {
  return ((start / 64) << 9) | count
}

/**
 * Update the parameters of `count` blocks from `blocks[first]` on and clear their gradients. `state` holds one record a
 * block of these, the first at its start. `maps` (see shaders/optimizer.wgsl) is needed by 'bnb8' alone.
 */
export function adamw(
  r: Recorder,
  o: {
    formula: AdamwFormula
    hyper: Tensor
    stats: Tensor
    blocks: Tensor
    param: Tensor
    grad: Tensor
    state: Tensor
    maps: Tensor
    first: number
    count: number
  },
): void {
  const { hyper, stats, blocks, param, grad, state } = o
  const tensors = { hyper, stats, blocks, param, grad, state }
  const params = { first: o.first, blocks: o.count, zero: 0 }
  const defines = { FORMULA: o.formula }
  if (o.formula === 'bnb8') {
    const rows = rowGrid(r, o.count)
    r.dispatch({
      source: eightSource,
      defines: { ...rows.defines, ...defines },
      tensors: { ...tensors, maps: o.maps },
      params,
      workgroups: rows.workgroups,
    })
  } else {
    r.dispatch({
      source: fullSource,
      defines: { ...WHOLE_WORKGROUP, ...defines },
      tensors,
      params,
      workgroups: grid(o.count * OPTIMIZER_BLOCK, 64),
    })
  }
}

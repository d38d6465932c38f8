import reduce from '../../shaders/reduce.wgsl?raw'
import wgsl from '../../shaders/optimizer.wgsl?raw'
import { grid, WHOLE_WORKGROUP, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

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

const partialSource = { name: 'sumsq_partial', wgsl: reduce + wgsl }
const finishSource = { name: 'norm_finish', wgsl: reduce + wgsl }
const adamwSource = { name: 'adamw', wgsl: reduce + wgsl }

/** Gradients one workgroup of sumsq_partial sums. */
export const SUMSQ_BLOCK = 4096

/** Words of the hyper-parameter buffer, in the order that optimizer.wgsl reads. */
export function hyperWords(o: OptimizerStep, step: number): Float32Array<ArrayBuffer> {
  return new Float32Array([
    o.lr,
    o.beta1,
    o.beta2,
    o.eps,
    o.weightDecay,
    o.maxGradNorm,
    1 - o.beta1 ** step,
    Math.sqrt(1 - o.beta2 ** step),
    1 - o.beta1,
    1 - o.beta2,
    step,
    0,
  ])
}

/** stats[2] = L2 norm over all gradient pages, stats[3] = clip factor (-1: not finite, skip the update). */
export function gradNorm(r: Recorder, o: { pages: { grad: Tensor; n: number }[]; partial: Tensor; hyper: Tensor; stats: Tensor }): void {
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

/** One AdamW update of n parameters; clears the gradients. */
export function adamw(
  r: Recorder,
  o: { hyper: Tensor; stats: Tensor; param: Tensor; grad: Tensor; m: Tensor; v: Tensor; n: number },
): void {
  r.dispatch({
    source: adamwSource,
    defines: WHOLE_WORKGROUP,
    tensors: { hyper: o.hyper, stats: o.stats, param: o.param, grad: o.grad, m: o.m, v: o.v },
    params: { n: o.n },
    workgroups: grid(o.n, 64),
  })
}

/** The plain twin in f64: returns the updated parameter and moments. */
export function adamwReference(
  param: number,
  grad: number,
  m: number,
  v: number,
  o: OptimizerStep,
  step: number,
): { param: number; m: number; v: number } {
  const mNew = m * o.beta1 + grad * (1 - o.beta1)
  const vNew = v * o.beta2 + grad * grad * (1 - o.beta2)
  const denominator = Math.sqrt(vNew) / Math.sqrt(1 - o.beta2 ** step) + o.eps
  return { param: param * (1 - o.lr * o.weightDecay) - ((o.lr / (1 - o.beta1 ** step)) * mNew) / denominator, m: mNew, v: vNew }
}

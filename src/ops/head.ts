import reduce from '../../shaders/reduce.wgsl?raw'
import wgsl from '../../shaders/head.wgsl?raw'
import { grid, rowGrid, WHOLE_WORKGROUP, type Recorder } from '../gpu/recorder'
import type { KernelSource } from '../gpu/kernel'
import type { Tensor } from '../gpu/tensor'
import { matmul } from './matmul'
import { RUN, STATS } from './step-words'
import { embedGather, type TablePart } from './rows'

const source = (name: string): KernelSource => ({ name, wgsl: reduce + RUN.wgsl + STATS.wgsl + wgsl })
const chunkSource = source('head_chunk')
const lossSource = source('head_loss')
const finishSource = source('head_finish')
const sumSource = source('loss_sum')

/** Scratch of the loss head, planned by the caller. */
export interface HeadScratch {
  /** [rows, `Tuning.headChunk`] */ logits: Tensor
  /** [rows, 4] */ state: Tensor
  /** [rows] */ rowScale: Tensor
  /** [rows] */ spread: Tensor
  /** [rows, C] */ targetRows: Tensor
}

/**
 * Loss of hidden rows [rows, C] against targets, and its gradient, in one pass over the vocabulary.
 * losses [rows, 4] = (cross-entropy, right answer, entropy, 0); dh = gradient * loss_scale of `run`; without `dh` only
 * the losses.
 */
export function headLoss(
  r: Recorder,
  o: {
    hidden: Tensor
    targets: Tensor
    parts: TablePart[]
    rows: number
    C: number
    losses: Tensor
    scratch: HeadScratch
    gradient?: { dh: Tensor; run: Tensor }
  },
): void {
  const { rows, C, scratch } = o
  const { headChunk } = r.tuning
  const chunkGrid = rowGrid(r, rows)
  let isFirst = true
  for (const part of o.parts) {
    for (let at = 0; at < part.count; at += headChunk) {
      const n = Math.min(headChunk, part.count - at)
      matmul(r, {
        a: o.hidden,
        b: part.tensor,
        c: scratch.logits,
        M: rows,
        N: n,
        K: C,
        bTransposed: true,
        bOffset: at * C,
      })
      r.dispatch({
        source: chunkSource,
        defines: chunkGrid.defines,
        tensors: {
          targets: o.targets,
          logits: scratch.logits,
          state: scratch.state,
          row_scale: scratch.rowScale,
          spread: scratch.spread,
        },
        params: { rows, n, first: part.first + at, is_first: isFirst ? 1 : 0 },
        workgroups: chunkGrid.workgroups,
        flops: 8 * rows * n,
      })
      if (o.gradient) {
        matmul(r, {
          a: scratch.logits,
          b: part.tensor,
          c: o.gradient.dh,
          M: rows,
          N: C,
          K: n,
          bOffset: at * C,
          rowScale: isFirst ? undefined : scratch.rowScale,
        })
      }
      isFirst = false
    }
  }
  r.dispatch({
    source: lossSource,
    defines: WHOLE_WORKGROUP,
    tensors: { targets: o.targets, state: scratch.state, spread: scratch.spread, losses: o.losses },
    params: { rows },
    workgroups: grid(rows, 64),
  })
  if (o.gradient) {
    embedGather(r, { ids: o.targets, parts: o.parts, out: scratch.targetRows, M: rows, C })
    r.dispatch({
      source: finishSource,
      defines: WHOLE_WORKGROUP,
      tensors: { state: scratch.state, target_rows: scratch.targetRows, run: o.gradient.run, dh: o.gradient.dh },
      params: { rows, C },
      workgroups: grid(rows * C, 64),
    })
  }
}

/** logits [rows, V] of hidden rows; V columns written part by part. For decoding. */
export function headLogits(
  r: Recorder,
  o: { hidden: Tensor; parts: TablePart[]; logits: Tensor; rows: number; C: number; V: number },
): void {
  for (const part of o.parts) {
    matmul(r, {
      a: o.hidden,
      b: part.tensor,
      c: o.logits,
      M: o.rows,
      N: part.count,
      K: o.C,
      bTransposed: true,
      ldc: o.V,
      cOffset: part.first,
    })
  }
}

/** Adds losses, right answers and entropies to the step's figures, scaled as `FIGURES` says. */
export function lossSum(r: Recorder, o: { losses: Tensor; run: Tensor; stats: Tensor; rows: number }): void {
  r.dispatch({
    source: sumSource,
    defines: WHOLE_WORKGROUP,
    tensors: { losses: o.losses, run: o.run, stats: o.stats },
    params: { rows: o.rows },
    workgroups: [1, 1, 1],
  })
}

/** The plain twin: loss rows, right answers, entropies and gradient, with the whole row of logits in f64. */
export function headReference(
  hidden: ArrayLike<number>,
  table: ArrayLike<number>,
  targets: ArrayLike<number>,
  o: { rows: number; C: number; V: number; scale: number },
): { losses: Float64Array; right: boolean[]; entropies: Float64Array; dh: Float64Array } {
  const { rows, C, V, scale } = o
  const losses = new Float64Array(rows)
  const right: boolean[] = []
  const entropies = new Float64Array(rows)
  const dh = new Float64Array(rows * C)
  for (let row = 0; row < rows; row++) {
    const logits = Float64Array.from({ length: V }, (_, v) => {
      let sum = 0
      for (let i = 0; i < C; i++) sum += hidden[row * C + i] * table[v * C + i]
      return sum
    })
    const top = logits.reduce((a, b) => Math.max(a, b), -Infinity)
    const sum = logits.reduce((a, b) => a + Math.exp(b - top), 0)
    losses[row] = Math.log(sum) + top - logits[targets[row]]
    right.push(logits.indexOf(top) === targets[row])
    entropies[row] = logits.reduce((total, x) => total - (Math.exp(x - top) / sum) * (x - top - Math.log(sum)), 0)
    for (let v = 0; v < V; v++) {
      const g = (Math.exp(logits[v] - top) / sum - (v === targets[row] ? 1 : 0)) * scale
      for (let i = 0; i < C; i++) dh[row * C + i] += g * table[v * C + i]
    }
  }
  return { losses, right, entropies, dh }
}

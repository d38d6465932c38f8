import type { Recorder } from '../gpu/recorder'
import { bufferTensor, type Tensor } from '../gpu/tensor'
import { matmul } from './matmul'
import { nf4Dequantize, type Nf4Weight } from './nf4'

/** A linear left in its own precision: a head, or a module that quantisation skips. [N, K] row-major. */
interface DenseWeight {
  kind: 'dense'
  N: number
  K: number
  /** dtype f32, bf16 or half */
  tensor: Tensor
}

export type LinearWeight = Nf4Weight | DenseWeight

/**
 * Rows of the weight in one slab: all of it, or a multiple of 64, so that slabs start on a word of codes and a slab's
 * part of the bias at a legal binding offset.
 */
function slabRows(weight: { N: number; K: number }, limit: number): number {
  return weight.N * weight.K <= limit ? weight.N : Math.max(64, Math.floor(limit / weight.K / 64) * 64)
}

/**
 * The scratch every linear of a graph shares; sized for the largest weight. `limit`: most elements
 * (`Tuning.slabElements`), but at least 64 rows.
 */
export function slabElements(weights: LinearWeight[], limit: number): number {
  return weights.reduce((most, w) => (w.kind === 'nf4' ? Math.max(most, slabRows(w, limit) * w.K) : most), 8)
}

/**
 * y [M, N] = x [M, K] W^T (+ bias). Dequantises slab by slab into `slab`.
 */
export function linearForward(
  r: Recorder,
  o: {
    weight: LinearWeight
    x: Tensor
    y: Tensor
    M: number
    bias?: Tensor
    slab: Tensor
  },
): void {
  const { weight, M } = o
  const { N, K } = weight
  if (weight.kind === 'dense') {
    matmul(r, { a: o.x, b: weight.tensor, c: o.y, M, N, K, bTransposed: true, bias: o.bias })
    return
  }
  const rows = slabRows(weight, r.tuning.slabElements)
  for (let n = 0; n < N; n += rows) {
    const count = Math.min(rows, N - n)
    nf4Dequantize(r, { weight, out: o.slab, first: n * K, n: count * K })
    matmul(r, {
      a: o.x,
      b: o.slab,
      c: o.y,
      M,
      N: count,
      K,
      bTransposed: true,
      ldc: N,
      cOffset: n,
      bias: o.bias && part(o.bias, n, count),
    })
  }
}

/**
 * Elements [from, from + count) of a vector in a buffer; `from` is a multiple of 64, so that a binding may start there.
 */
export function part(vector: Tensor, from: number, count: number): Tensor {
  if (!vector.buffer) throw new Error(`${vector.label} has no buffer to take a part of`)
  return bufferTensor(vector.label, 'f32', [count], vector.buffer, vector.offset + from * 4)
}

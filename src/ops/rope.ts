import wgsl from '../../shaders/rope.wgsl?raw'
import { grid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const source = { name: 'rope', wgsl }

/**
 * Rotate x [M, heads * D] in place by its positions; `backward` rotates the other way. table: [position, D/2] (cos,
 * sin).
 */
export function rope(
  r: Recorder,
  o: { x: Tensor; positions: Tensor; table: Tensor; M: number; heads: number; D: number; backward?: boolean },
): void {
  r.dispatch({
    source,
    tensors: { x: o.x, positions: o.positions, table: o.table },
    params: { M: o.M, heads: o.heads, D: o.D, sign: o.backward ? -1 : 1 },
    workgroups: grid((o.M * o.heads * o.D) / 2, 64),
    flops: 3 * o.M * o.heads * o.D,
  })
}

export function ropeReference(
  x: ArrayLike<number>,
  positions: ArrayLike<number>,
  table: ArrayLike<number>,
  o: { M: number; heads: number; D: number; backward?: boolean },
): Float64Array {
  const { M, heads, D } = o
  const half = D / 2
  const y = new Float64Array(M * heads * D)
  for (let m = 0; m < M; m++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < half; i++) {
        const cos = table[(positions[m] * half + i) * 2]
        const sin = table[(positions[m] * half + i) * 2 + 1] * (o.backward ? -1 : 1)
        const at = (m * heads + h) * D + i
        y[at] = x[at] * cos - x[at + half] * sin
        y[at + half] = x[at + half] * cos + x[at] * sin
      }
    }
  }
  return y
}

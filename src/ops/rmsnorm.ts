import reduce from '../../shaders/reduce.wgsl?raw'
import wgsl from '../../shaders/rmsnorm.wgsl?raw'
import { rowGrid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const forward = { name: 'rmsnorm_forward', wgsl: reduce + wgsl }
const backward = { name: 'rmsnorm_backward', wgsl: reduce + wgsl }

/**
 * y = weight * x / rms(x) over rows of C. With `add`: x_out = x + delta first, and y from that. Rows of y are `pitch`
 * elements apart, by default C.
 */
export function rmsnormForward(
  r: Recorder,
  o: {
    x: Tensor
    weight: Tensor
    y: Tensor
    rows: number
    C: number
    eps: number
    add?: { delta: Tensor; xOut: Tensor }
    pitch?: number
  },
): void {
  const { defines, workgroups } = rowGrid(r, o.rows)
  r.dispatch({
    source: forward,
    defines: { ...defines, ADD: o.add !== undefined },
    tensors: { x: o.x, weight: o.weight, y: o.y, ...(o.add ? { delta: o.add.delta, x_out: o.add.xOut } : {}) },
    params: { rows: o.rows, C: o.C, pitch: o.pitch ?? o.C, eps: o.eps },
    workgroups,
    flops: 6 * o.rows * o.C,
  })
}

/**
 * dx = gradient of rmsnorm at x for dy; with `accumulate` it is added to dx, whose rows are `pitch` elements apart.
 * With `again` dy then becomes the y of the forward pass.
 */
export function rmsnormBackward(
  r: Recorder,
  o: {
    x: Tensor
    weight: Tensor
    dy: Tensor
    dx: Tensor
    rows: number
    C: number
    eps: number
    accumulate?: boolean
    pitch?: number
    again?: boolean
  },
): void {
  const { defines, workgroups } = rowGrid(r, o.rows)
  r.dispatch({
    source: backward,
    defines: { ...defines, ACC: o.accumulate ?? false, AGAIN: o.again ?? false },
    tensors: { x: o.x, weight: o.weight, dy: o.dy, dx: o.dx },
    params: { rows: o.rows, C: o.C, pitch: o.pitch ?? o.C, eps: o.eps },
    workgroups,
    flops: 10 * o.rows * o.C,
  })
}

export function rmsnormReference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  rows: number,
  C: number,
  eps: number,
): Float64Array {
  const y = new Float64Array(rows * C)
  for (let m = 0; m < rows; m++) {
    let squares = 0
    for (let i = 0; i < C; i++) squares += x[m * C + i] ** 2
    const rstd = 1 / Math.sqrt(squares / C + eps)
    for (let i = 0; i < C; i++) y[m * C + i] = weight[i] * x[m * C + i] * rstd
  }
  return y
}

export function rmsnormBackwardReference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dy: ArrayLike<number>,
  rows: number,
  C: number,
  eps: number,
): Float64Array {
  const dx = new Float64Array(rows * C)
  for (let m = 0; m < rows; m++) {
    let squares = 0
    let dots = 0
    for (let i = 0; i < C; i++) {
      squares += x[m * C + i] ** 2
      dots += dy[m * C + i] * weight[i] * x[m * C + i]
    }
    const rstd = 1 / Math.sqrt(squares / C + eps)
    for (let i = 0; i < C; i++)
      dx[m * C + i] = rstd * (dy[m * C + i] * weight[i] - (x[m * C + i] * rstd * rstd * dots) / C)
  }
  return dx
}

import headsWgsl from '../../shaders/heads.wgsl?raw'
import reduce from '../../shaders/reduce.wgsl?raw'
import { rowGrid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const forward = { name: 'heads_forward', wgsl: reduce + headsWgsl }
const backward = { name: 'heads_backward', wgsl: reduce + headsWgsl }

/** The query heads and, beside them, the key heads of M tokens. */
export interface HeadsShape {
  M: number
  heads: number
  /** How many of them are query heads. */
  queryHeads: number
  D: number
  /** [M, pitch] before the norm, where there is one, and the norms' weights [D]. */
  norm?: { raw: Tensor; pitch: number; q: Tensor; k: Tensor; eps: number }
  /** Absent: positions turn nothing. */
  rope?: { positions: Tensor; table: Tensor }
}

/** x [M, pitch]: normed heads of `norm.raw`, turned by their positions; without a norm turned in place. */
export function headsForward(r: Recorder, o: HeadsShape & { x: Tensor; pitch: number }): void {
  dispatchHeads(r, forward, o)
}

/** x holds the gradient of what `headsForward` left and becomes that of what it was given. */
export function headsBackward(r: Recorder, o: HeadsShape & { x: Tensor; pitch: number }): void {
  dispatchHeads(r, backward, o)
}

function dispatchHeads(r: Recorder, source: typeof forward, o: HeadsShape & { x: Tensor; pitch: number }): void {
  const rows = o.M * o.heads
  const { defines, workgroups } = rowGrid(r, rows)
  const { norm, rope } = o
  r.dispatch({
    source,
    defines: { ...defines, NORM: norm !== undefined, ROPE: rope !== undefined },
    tensors: {
      x: o.x,
      ...(norm ? { raw: norm.raw, q_weight: norm.q, k_weight: norm.k } : {}),
      ...(rope ? { positions: rope.positions, table: rope.table } : {}),
    },
    params: {
      rows,
      heads: o.heads,
      q_heads: o.queryHeads,
      D: o.D,
      pitch: norm?.pitch ?? o.pitch,
      out_pitch: o.pitch,
      eps: norm?.eps ?? 0,
    },
    workgroups,
    flops: 9 * rows * o.D,
  })
}

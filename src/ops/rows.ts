import wgsl from '../../shaders/rows.wgsl?raw'
import { grid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const gather = { name: 'embed_gather', wgsl }
const select = { name: 'rows_select', wgsl }
const scatter = { name: 'rows_scatter', wgsl }
const append = { name: 'rows_append', wgsl }

/** A table [rows, C] split over buffers: part i holds rows [first, first + count). */
export interface TablePart {
  tensor: Tensor
  first: number
  count: number
}

/** out[m] = table[ids[m]] as f32 [M, C]. */
export function embedGather(
  r: Recorder,
  o: { ids: Tensor; parts: TablePart[]; out: Tensor; M: number; C: number },
): void {
  for (const part of o.parts) {
    r.dispatch({
      source: gather,
      // The template reads the table as words; its format arrives as T_table.
      tensors: { ids: o.ids, table: part.tensor, out: o.out },
      params: { M: o.M, C: o.C, first: part.first, count: part.count },
      workgroups: grid(o.M * o.C, 64),
    })
  }
}

/** out[i] = x[chosen[i]] + delta[chosen[i]], rows of C. */
export function rowsSelect(
  r: Recorder,
  o: { chosen: Tensor; x: Tensor; delta: Tensor; out: Tensor; rows: number; C: number },
): void {
  r.dispatch({
    source: select,
    tensors: { chosen: o.chosen, x: o.x, delta: o.delta, out: o.out },
    params: { rows: o.rows, C: o.C },
    workgroups: grid(o.rows * o.C, 64),
  })
}

/** out[m] = d[trained[m]], or 0 where trained[m] < 0; rows of out are `pitch` elements apart, by default C. */
export function rowsScatter(
  r: Recorder,
  o: { trained: Tensor; d: Tensor; out: Tensor; M: number; C: number; pitch?: number },
): void {
  r.dispatch({
    source: scatter,
    tensors: { trained: o.trained, d: o.d, out: o.out },
    params: { M: o.M, C: o.C, pitch: o.pitch ?? o.C },
    workgroups: grid(o.M * o.C, 64),
  })
}

/** cache[first ...] = x, n elements; first counts elements. */
export function rowsAppend(r: Recorder, o: { x: Tensor; cache: Tensor; n: number; first: number }): void {
  r.dispatch({
    source: append,
    tensors: { x: o.x, cache: o.cache },
    params: { n: o.n, first: o.first },
    workgroups: grid(o.n, 64),
  })
}

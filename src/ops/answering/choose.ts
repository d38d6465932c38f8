import reduce from '../../../shaders/reduce.wgsl?raw'
import wgsl from '../../../shaders/answer-choose.wgsl?raw'
import { rowGrid, type Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'

const bestSource = { name: 'answer_best', wgsl: reduce + wgsl }
const chooseSource = { name: 'answer_choose', wgsl }

/** Logits that one row of the first kernel looks through. */
const CHUNK = 2048

/** What stands in `tokens` where a line's largest logit was not finite. */
export const NOT_FINITE = 0xffffffff

/**
 * The arg max of each row of logits [lines, V] into ids and tokens from `first` on, the lowest index on a tie; `rows`
 * move on by a place.
 */
export function chooseBest(
  r: Recorder,
  o: { lines: number; V: number; logits: Tensor; first: number; rows: Tensor; ids: Tensor; tokens: Tensor },
): void {
  const chunks = Math.ceil(o.V / CHUNK)
  const best = r.tensor('best of chunks', [o.lines * chunks, 2], { dtype: 'u32', kind: 'answers' })
  const { defines, workgroups } = rowGrid(r, o.lines * chunks)
  r.dispatch({
    source: bestSource,
    defines: { ...defines, CHUNK },
    tensors: { logits: o.logits, best },
    params: { lines: o.lines, V: o.V, chunks },
    workgroups,
  })
  r.dispatch({
    source: chooseSource,
    tensors: { best, rows: o.rows, ids: o.ids, tokens: o.tokens },
    params: { lines: o.lines, chunks, first: o.first },
    workgroups: [Math.ceil(o.lines / 64), 1, 1],
  })
}

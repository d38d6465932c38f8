import reduce from '../../../shaders/reduce.wgsl?raw'
import wgsl from '../../../shaders/answer-choose.wgsl?raw'
import { rowGrid, type Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'

const bestSource = { name: 'answer_best', wgsl: reduce + wgsl }
const chooseSource = { name: 'answer_choose', wgsl }

/** Logits that one row of a kernel looks through. */
export const CHUNK = 2048

/** What stands in `tokens` where a line's largest logit was not finite. */
export const NOT_FINITE = 0xffffffff

/** Logits [lines, V], and what a choice writes: ids and tokens from `first` on; `rows` move on by a place. */
export interface Choice {
  lines: number
  V: number
  logits: Tensor
  first: number
  rows: Tensor
  ids: Tensor
  tokens: Tensor
}

/** (order, index) of the largest logit of every chunk [lines, chunks]; `empties` is filled with zeros. */
export function bestOfChunks(
  r: Recorder,
  { lines, V, logits, empties }: Pick<Choice, 'lines' | 'V' | 'logits'> & { empties: Tensor | null },
): { best: Tensor; chunks: number } {
  const chunks = Math.ceil(V / CHUNK)
  const best = r.tensor('best of chunks', [lines * chunks, 2], { dtype: 'u32', kind: 'answers' })
  const { defines, workgroups } = rowGrid(r, lines * chunks)
  r.dispatch({
    source: bestSource,
    defines: { ...defines, CHUNK, EMPTIES: empties !== null },
    tensors: { logits, best, ...(empties ? { bins: empties } : {}) },
    params: { lines, V, chunks },
    workgroups,
  })
  return { best, chunks }
}

/** The arg max of each row, the lowest index on a tie. */
export function chooseBest(r: Recorder, o: Choice): void {
  const { best, chunks } = bestOfChunks(r, { ...o, empties: null })
  r.dispatch({
    source: chooseSource,
    tensors: { best, rows: o.rows, ids: o.ids, tokens: o.tokens },
    params: { lines: o.lines, chunks, first: o.first },
    workgroups: [Math.ceil(o.lines / 64), 1, 1],
  })
}

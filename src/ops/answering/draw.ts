import reduce from '../../../shaders/reduce.wgsl?raw'
import choose from '../../../shaders/answer-choose.wgsl?raw'
import wgsl from '../../../shaders/answer-draw.wgsl?raw'
import { fail } from '../../errors'
import { rowGrid, type Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'
import { bestOfChunks, CHUNK, type Choice } from './choose'

const named = (name: string) => ({ name, wgsl: reduce + choose + wgsl })
const [levelSource, sumsSource, drawSource] = ['answer_level', 'answer_sums', 'answer_draw'].map(named)

/** How tokens are drawn: logits over the temperature, which is above 0, then top-k (0: all), then top-p. */
export interface Drawing {
  temperature: number
  topK: number
  topP: number
}

/**
 * 2^-x on [0, 1) as 2^31 - x (c1 - x (c2 - ...)) in 1/2^31, x in 1/2^32: through Chebyshev's points of that range, off
 * by 1.3e-8 at most.
 */
export const POWER_OF_HALF = [1488522224, 515881603, 119183688, 20609476, 2773769, 246789] as const

/** Bits of the largest weight: so many tokens' worth of them, 2^19, are still a number of 64 bits. */
export const WEIGHT_BITS = 45
const MOST_TOKENS = 2 ** (64 - WEIGHT_BITS)

/** Eight bits of a key each. */
const LEVELS = 4

/** What the kernels and their twin take for these settings. */
export function drawParams({ temperature, topK, topP }: Drawing, V: number) {
  const counts = topK > 0 && topK < V
  const weighs = topP < 1
  return {
    counts: counts ? LEVELS : 0,
    masses: weighs ? LEVELS : 0,
    keep: counts ? topK : 0,
    /** p in 1/2^32. */
    share: weighs ? Math.floor(Math.max(0, topP) * 2 ** 32) : 0,
    /** Halvings of a weight in a unit of logits, in 1/2^24; without end, 0 times it would be no number. */
    scale: Math.fround(Math.min(2 ** 24 / (Math.LN2 * temperature), 1e30)),
  }
}

/**
 * A token of each row of logits [lines, V] into ids and tokens from `first` on, by `uniforms` (u32, of 1/2^32) from
 * there on; `rows` move on by a place. Bit for bit what `drawReference` draws. Up to eleven dispatches.
 * @throws TuneError model-draw-vocabulary where the weights of all tokens do not add up in 64 bits
 */
export function drawTokens(r: Recorder, o: Choice & { how: Drawing; uniforms: Tensor }): void {
  const { lines, V, logits, first, how } = o
  if (V > MOST_TOKENS) throw fail('model-draw-vocabulary', { tokens: V, limit: MOST_TOKENS })
  const { counts, masses, ...settings } = drawParams(how, V)
  const levels = counts + masses
  const made = (label: string, words: number): Tensor =>
    r.tensor(label, [lines, words], { dtype: 'u32', kind: 'answers' })
  const bins = levels > 0 ? made('bins of keys', levels * 512) : null
  const { best, chunks } = bestOfChunks(r, { lines, V, logits, empties: bins })
  const states = made('states of draws', (levels + 1) * 8)
  const sums = made('weights of chunks', chunks * 4)
  const params = { lines, V, chunks, first, counts, ...settings }
  const { defines: rows, workgroups } = rowGrid(r, lines * chunks)
  const powers = Object.fromEntries(POWER_OF_HALF.map((c, i) => [`C${i + 1}`, c]))
  const defines = { ...rows, ...powers, CHUNK, LEVELS: levels > 0 }
  for (let level = 0; level < levels; level++) {
    r.dispatch({
      source: levelSource,
      defines: { ...defines, MASS: level >= counts },
      tensors: { logits, states, best, bins: bins! },
      params: { ...params, level },
      workgroups,
    })
  }
  r.dispatch({
    source: sumsSource,
    defines,
    tensors: { logits, states, best, sums, ...(bins ? { bins } : {}) },
    params: { ...params, level: levels },
    workgroups,
  })
  r.dispatch({
    source: drawSource,
    defines,
    tensors: { logits, states, sums, uniforms: o.uniforms, rows: o.rows, ids: o.ids, tokens: o.tokens },
    params: { ...params, level: levels },
    workgroups: rowGrid(r, lines).workgroups,
  })
}

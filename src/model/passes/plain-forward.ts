import { attentionReference } from '../../ops/attention'
import { rmsnormReference } from '../../ops/rmsnorm'
import { ropeReference } from '../../ops/rope'
import { swigluReference } from '../../ops/swiglu'
import { ropeTable } from '../../architecture/rope-table'
import { type ModelConfig, type Projection } from '../../contracts/model'
import type { RowReader } from '../../contracts/weights'
import { EMBEDDING, FINAL_NORM, headTensor, layerNames, linearPath } from '../../architecture/names'

/**
 * Logits [T, V] of one row of tokens, worked out on the processor in f64 from the operations' plain twins. Weights pass
 * by in pieces and none is kept, so any model fits; a weight costs T products, about as much as merging an adapter into
 * it.
 * @param on called with the name of each tensor after it has passed
 */
export async function plainLogits(
  config: ModelConfig,
  rows: RowReader,
  ids: Int32Array,
  on?: (tensor: string) => void,
): Promise<Float32Array> {
  const { hiddenSize: C, intermediateSize: F, heads: H, kvHeads: K, headDim: D, vocabSize: V } = config
  const T = ids.length
  const positions = Int32Array.from({ length: T }, (_, t) => t)
  const table = ropeTable(config, T)

  const norm = async (x: Float64Array, name: string, width: number) => {
    return rmsnormReference(x, await vector(rows, name), x.length / width, width, config.rmsNormEps)
  }
  const product = async (x: Float64Array, name: string, N: number) => {
    const y = await timesRows(rows(name, 0, N), x, T, N)
    on?.(name)
    return y
  }

  let x = new Float64Array(T * C)
  for (const [t, id] of ids.entries()) for await (const row of rows(EMBEDDING, id, 1)) x.set(row, t * C)
  for (let i = 0; i < config.layers; i++) {
    const names = layerNames(config, i)
    const linear = (input: Float64Array, projection: Projection, N: number) =>
      product(input, `${linearPath(i, projection)}.weight`, N)
    const headsOf = async (input: Float64Array, projection: 'q_proj' | 'k_proj' | 'v_proj', heads: number) => {
      const y = await linear(input, projection, heads * D)
      const name = names.bias(projection)
      if (name === null) return y
      const bias = await vector(rows, name)
      return y.map((value, at) => value + bias[at % bias.length])
    }
    const turned = async (input: Float64Array, which: 'q' | 'k', heads: number) => {
      const name = which === 'q' ? names.qNorm : names.kNorm
      const y = name === null ? input : await norm(input, name, D)
      if (!config.layerKinds[i].rope) return y
      return ropeReference(y, positions, table, { M: T, heads, D })
    }

    const normed = await norm(x, names.inputNorm, C)
    const q = await turned(await headsOf(normed, 'q_proj', H), 'q', H)
    const k = await turned(await headsOf(normed, 'k_proj', K), 'k', K)
    const v = await headsOf(normed, 'v_proj', K)
    const attended = attentionReference(q, k, v, { B: 1, Tq: T, Tk: T, first: 0, H, K, D })
    x = sum(x, await linear(attended, 'o_proj', C))
    const again = await norm(x, names.postNorm, C)
    const act = swigluReference(await linear(again, 'gate_proj', F), await linear(again, 'up_proj', F))
    x = sum(x, await linear(act, 'down_proj', C))
  }
  const hidden = await norm(x, FINAL_NORM, C)
  return Float32Array.from(await product(hidden, headTensor(config), V))
}

const sum = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i])

async function vector(rows: RowReader, name: string): Promise<Float32Array> {
  for await (const piece of rows(name, 0, 1)) return piece
  throw new Error(`${name} is empty`)
}

/** y [T, N] = x [T, K] times the transpose of the rows [N, K]. Four tokens at a time share the reading of a row. */
async function timesRows(
  pieces: AsyncIterable<Float32Array>,
  x: Float64Array,
  T: number,
  N: number,
): Promise<Float64Array<ArrayBuffer>> {
  const K = x.length / T
  const y = new Float64Array(T * N)
  let n = 0
  for await (const w of pieces) {
    for (let row = 0; row < w.length; row += K, n++) {
      let t = 0
      for (; t + 4 <= T; t += 4) {
        const [a, b, c, d] = [t * K, (t + 1) * K, (t + 2) * K, (t + 3) * K]
        let [y0, y1, y2, y3] = [0, 0, 0, 0]
        for (let j = 0; j < K; j++) {
          const value = w[row + j]
          y0 += value * x[a + j]
          y1 += value * x[b + j]
          y2 += value * x[c + j]
          y3 += value * x[d + j]
        }
        y[t * N + n] = y0
        y[(t + 1) * N + n] = y1
        y[(t + 2) * N + n] = y2
        y[(t + 3) * N + n] = y3
      }
      for (; t < T; t++) {
        let dot = 0
        for (let j = 0; j < K; j++) dot += w[row + j] * x[t * K + j]
        y[t * N + n] = dot
      }
    }
  }
  return y
}

import { EMBEDDING, FINAL_NORM, headTensor, layerNames, linearShape } from '../../architecture/names'
import { expectedTensors } from '../../architecture/tensors'
import type { ModelConfig, Projection } from '../../contracts/model'
import type { Gpu } from '../../gpu/device'
import { bufferBytes, bufferTensor, bytesPerElement, type Tensor, type TensorDtype } from '../../gpu/tensor'
import type { LinearWeight } from '../../ops/linear'
import { nf4Layout } from '../../ops/nf4'
import { ghost } from '../training/training-graph'
import { ANSWER_GROUPS, type LayerWeights, type ModelWeights } from '../weights'
import { tableRows } from './table-rows'

/** Where nothing is bound: planning records what would be done, and nothing of it is done. */
const NO_BUFFER = {} as GPUBuffer

/** How a model that is not there would be loaded. */
export interface GhostOptions {
  /** What its files hold floats in. */
  dtype: 'bf16' | 'half' | 'f32'
  /** false: linears stay as they are stored. */
  loadIn4bit: boolean
  doubleQuant: boolean
}

/** The weights of a configuration as the loader would lay them out, with their sizes and without a byte of them. */
export function ghostWeights(gpu: Gpu, config: ModelConfig, options: GhostOptions): ModelWeights {
  const { hiddenSize: C, vocabSize: V } = config
  let nf4Bytes = 0
  let otherBytes = 0
  const shapes = new Map(expectedTensors(config).map(({ name, shape }) => [name, shape]))
  const lengthOf = (name: string) => shapes.get(name)![0]
  // A product takes parts of a bias, as of something that is bound.
  const vector = (name: string, length = lengthOf(name)): Tensor => {
    otherBytes += bufferBytes(length * 4)
    return bufferTensor(name, 'f32', [length], NO_BUFFER)
  }
  /** Vectors in one buffer, each from a multiple of 256 bytes. */
  const vectors = (names: (string | null)[]): (Tensor | null)[] => {
    const lengths = names.map((name) => (name === null ? 0 : lengthOf(name)))
    const total = lengths.reduce((sum, length) => sum + Math.ceil(length / 64) * 64, 0)
    if (total > 0) otherBytes += bufferBytes(total * 4)
    return names.map((name, i) => (name === null ? null : bufferTensor(name, 'f32', [lengths[i]], NO_BUFFER)))
  }
  const dense = (N: number, K: number): LinearWeight => {
    otherBytes += bufferBytes(N * K * bytesPerElement(options.dtype))
    return { kind: 'dense', N, K, tensor: ghost('linear', [N, K], options.dtype) }
  }
  /** NF4 weights of a group stand in one buffer, as long as a binding holds it. */
  const group = (linears: [number, number][]): LinearWeight[] => {
    if (!options.loadIn4bit) return linears.map(([N, K]) => dense(N, K))
    const layouts = linears.map(([N, K]) => nf4Layout(N * K, options.doubleQuant))
    const shared = layouts.reduce((sum, { words }) => sum + Math.ceil((words * 4) / 256) * 256, 0)
    const isShared = linears.length > 1 && shared <= gpu.device.limits.maxStorageBufferBindingSize
    nf4Bytes += isShared ? bufferBytes(shared) : layouts.reduce((sum, { words }) => sum + bufferBytes(words * 4), 0)
    return linears.map(([N, K], i) => ({ kind: 'nf4', N, K, buffer: NO_BUFFER, layout: layouts[i], nestedOffset: 0 }))
  }
  const layers = Array.from({ length: config.layers }, (_, layer): LayerWeights => {
    const names = layerNames(config, layer)
    const linears = {} as LayerWeights['linears']
    for (const projections of ANSWER_GROUPS) {
      const biases = vectors(projections.map((projection) => names.bias(projection)))
      const weights = group(projections.map((projection) => linearShape(config, projection)))
      for (const [i, projection] of projections.entries()) linears[projection] = { weight: weights[i], bias: biases[i] }
    }
    const joined = (projections: Projection[]): Tensor | null =>
      projections.every((projection) => names.bias(projection) === null)
        ? null
        : vector(
            'biases',
            projections.reduce((sum, projection) => sum + linearShape(config, projection)[0], 0),
          )
    const [qNorm, kNorm] = vectors([names.qNorm, names.kNorm])
    return {
      inputNorm: vector(names.inputNorm),
      postNorm: vector(names.postNorm),
      qNorm,
      kNorm,
      linears,
      joinedBiases: {
        attention: joined(['q_proj', 'k_proj', 'v_proj']),
        feedForward: joined(['gate_proj', 'up_proj']),
      },
    }
  })
  const finalNorm = vector(FINAL_NORM)
  const head = ghostTable(gpu, V, C, options.dtype)
  return {
    head,
    hostEmbedding: headTensor(config) === EMBEDDING ? null : { row: () => Promise.reject(new Error('no weights')) },
    finalNorm,
    layers,
    nf4Bytes,
    headBytes: head.reduce((sum, { count }) => sum + bufferBytes(count * C * bytesPerElement(options.dtype)), 0),
    otherBytes,
  }
}

function ghostTable(gpu: Gpu, V: number, C: number, dtype: TensorDtype): ModelWeights['head'] {
  const limit = gpu.device.limits.maxStorageBufferBindingSize
  return tableRows(V, C * bytesPerElement(dtype), limit).map(({ first, count }) => ({
    tensor: ghost('head', [count, C], dtype),
    first,
    count,
  }))
}

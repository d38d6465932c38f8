import { isBnbTensor, readBnbTensor } from '../../formats/bnb'
import { isFloatDtype, toFloat32, type FloatDtype } from '../../formats/floats'
import { sourceRows } from '../../formats/source-rows'
import type { WeightSource } from '../../contracts/weights'
import { allocating, type Gpu } from '../../gpu/device'
import { write } from '../../gpu/storage'
import { bytesPerElement, type Tensor } from '../../gpu/tensor'
import type { LinearWeight } from '../../ops/linear'
import { nf4Layout, type Nf4Weight } from '../../ops/nf4'
import type { TablePart } from '../../ops/rows'
import { fail } from '../../errors/index'
import { hostTable } from './host-table'
import type { LanguageModel } from '../language-model'
import { GpuLanguageModel } from '../gpu-language-model'
import { WeightMemory, type LinearForm, type NamedLinear } from './weight-memory'
import { Quantizer, SOURCE_FORMATS, writeTables } from './quantizer'
import type { ModelConfig, Projection } from '../../contracts/model'
import { ANSWER_GROUPS, type LayerWeights, type ModelWeights } from '../weights'
import {
  EMBEDDING,
  FINAL_NORM,
  headTensor,
  layerNames,
  linearModules,
  linearPath,
  linearShape,
} from '../../architecture/names'

export interface LoadProgress {
  /** Tensor being loaded, without its suffix. */
  tensor: string
  /** Source bytes read so far, and in all. */
  bytesDone: number
  bytesTotal: number
}

export interface LoadOptions {
  /** false: linears stay in the source's precision (plain LoRA). */
  loadIn4bit?: boolean
  /** false: f32 scales for every block of 64. */
  doubleQuant?: boolean
}

/**
 * Stream a checkpoint onto the GPU: linears into NF4 (or imported as they are from a bnb-4bit checkpoint), the head in
 * the source's precision (f32 where that is NF4), norms and biases in f32. Memory is taken before the first weight is
 * read, so that a model too big for this GPU is refused at once. Holds a few chunks in the JS heap, never a whole
 * tensor.
 * @throws TuneError gpu-tensor-too-large, gpu-out-of-memory, model-tensor-dtype
 */
export async function loadLanguageModel(
  gpu: Gpu,
  opened: { config: ModelConfig; weights: WeightSource },
  on: (progress: LoadProgress) => void = () => undefined,
  signal?: AbortSignal,
  options: LoadOptions = {},
): Promise<LanguageModel> {
  const loader = new Loader(gpu, opened.config, opened.weights, on, signal, options)
  try {
    return await loader.load()
  } catch (error) {
    loader.release()
    throw error
  }
}

class Loader {
  private readonly gpu: Gpu
  private readonly config: ModelConfig
  private readonly weights: WeightSource
  private readonly on: (progress: LoadProgress) => void
  private readonly signal: AbortSignal | undefined
  private readonly options: LoadOptions
  private readonly memory: WeightMemory
  private quantizer: Quantizer | null = null
  private bytesDone = 0
  private bytesTotal = 0

  constructor(
    gpu: Gpu,
    config: ModelConfig,
    weights: WeightSource,
    on: (progress: LoadProgress) => void,
    signal: AbortSignal | undefined,
    options: LoadOptions,
  ) {
    this.gpu = gpu
    this.config = config
    this.weights = weights
    this.on = on
    this.signal = signal
    this.options = options
    this.memory = new WeightMemory(gpu)
  }

  async load(): Promise<LanguageModel> {
    const { config, gpu } = this
    const headName = headTensor(config)
    const linears = this.linearNames()
    this.bytesTotal = [...linears.map(({ name }) => `${name}.weight`), headName].reduce(
      (sum, name) => sum + (this.weights.tensors.get(name)?.bytes ?? 0),
      0,
    )
    // Memory first: a model that does not fit is refused before its weights are read.
    const parts = await this.allocateTable(headName)
    const targets = new Map<string, LinearWeight>()
    for (const group of this.linearGroups()) {
      const made = await this.memory.group(group, (linear) => this.formOf(linear))
      for (const [i, { name }] of group.entries()) targets.set(name, made[i])
    }
    this.quantizer = await allocating(gpu, 'quantisation', () => new Quantizer(gpu))

    await this.fillTable(headName, parts)
    for (const { name } of linears) await this.fillLinear(name, targets.get(name)!)
    const layers: LayerWeights[] = []
    for (let layer = 0; layer < config.layers; layer++) layers.push(await this.layer(layer, targets))
    const weights: ModelWeights = {
      head: parts,
      hostEmbedding: headName === EMBEDDING ? null : hostTable(this.weights, EMBEDDING, config.hiddenSize),
      finalNorm: await this.vector(FINAL_NORM),
      layers,
      nf4Bytes: this.memory.nf4Bytes,
      headBytes: parts.reduce((sum, { tensor }) => sum + tensor.buffer!.size, 0),
      otherBytes: this.memory.otherBytes,
    }
    this.quantizer.destroy()
    this.quantizer = null
    return new GpuLanguageModel(gpu, config, weights, this.memory.buffers)
  }

  release(): void {
    this.quantizer?.destroy()
    this.memory.release()
  }

  private linearNames(): NamedLinear[] {
    return linearModules(this.config).map(({ path, outFeatures, inFeatures }) => ({
      name: path,
      N: outFeatures,
      K: inFeatures,
    }))
  }

  /** The linears in the groups that answers multiply together. */
  private linearGroups(): NamedLinear[][] {
    const byName = new Map(this.linearNames().map((linear) => [linear.name, linear]))
    return Array.from({ length: this.config.layers }, (_, layer) =>
      ANSWER_GROUPS.map((group) => group.map((projection) => byName.get(linearPath(layer, projection))!)),
    ).flat()
  }

  private floatDtype(name: string): FloatDtype {
    const dtype = this.weights.tensors.get(name)!.dtype
    if (!isFloatDtype(dtype)) throw fail('model-tensor-dtype', { tensor: name, dtype })
    return dtype
  }

  private tell(tensor: string, bytes: number): void {
    this.bytesDone += bytes
    this.on({ tensor, bytesDone: this.bytesDone, bytesTotal: this.bytesTotal })
  }

  /**
   * NF4 rows become f32: bitsandbytes leaves the head alone by default, and where `llm_int8_skip_modules` forgets it,
   * it is a head all the same.
   */
  private allocateTable(name: string): Promise<TablePart[]> {
    const { vocabSize: V, hiddenSize: C } = this.config
    const dtype = isBnbTensor(this.weights, name) ? 'f32' : SOURCE_FORMATS[this.floatDtype(name)]
    return this.memory.table(name, [V, C], dtype)
  }

  private async fillTable(name: string, parts: TablePart[]): Promise<void> {
    const rowBytes = this.config.hiddenSize * bytesPerElement(parts[0].tensor.dtype)
    if (isBnbTensor(this.weights, name)) return this.fillDequantized(name, parts, rowBytes)
    for (const { tensor, first, count } of parts)
      await this.upload(name, tensor.buffer!, 0, first * rowBytes, count * rowBytes)
  }

  private async fillDequantized(name: string, parts: TablePart[], rowBytes: number): Promise<void> {
    const { vocabSize: V, hiddenSize: C } = this.config
    const rows = await sourceRows(this.weights, name, C)
    const step = Math.max(1, Math.floor(this.gpu.kernels.tuning.uploadBytes / rowBytes))
    for (const { tensor, first, count } of parts) {
      for (let at = 0; at < count; at += step) {
        this.signal?.throwIfAborted()
        const some = Math.min(step, count - at)
        write(this.gpu, tensor.buffer!, await rows.floats(first + at, some), at * rowBytes)
        this.tell(name, (this.weights.tensors.get(name)!.bytes * some) / V)
      }
    }
  }

  /** Copy source bytes as they are. */
  private async upload(name: string, to: GPUBuffer, toOffset: number, from: number, length: number): Promise<void> {
    const { uploadBytes } = this.gpu.kernels.tuning
    for (let at = 0; at < length; at += uploadBytes) {
      this.signal?.throwIfAborted()
      const bytes = await this.weights.read(name, from + at, Math.min(uploadBytes, length - at))
      write(this.gpu, to, bytes, toOffset + at)
      this.tell(name, bytes.length)
    }
  }

  private formOf({ name, N, K }: NamedLinear): LinearForm {
    const full = `${name}.weight`
    const imported = isBnbTensor(this.weights, full)
    if (!imported && (this.config.quantization || this.options.loadIn4bit === false)) return this.floatDtype(full)
    const nested = imported
      ? this.weights.tensors.get(`${full}.absmax`)?.dtype === 'U8'
      : this.options.doubleQuant !== false
    return nf4Layout(N * K, nested)
  }

  private async fillLinear(name: string, target: LinearWeight): Promise<void> {
    const full = `${name}.weight`
    if (target.kind === 'dense') {
      await this.upload(full, target.tensor.buffer!, 0, 0, target.N * target.K * bytesPerElement(target.tensor.dtype))
    } else if (isBnbTensor(this.weights, full)) {
      await this.importBnb(full, target)
    } else {
      target.nestedOffset = await this.quantizer!.quantize(
        { weight: target.buffer, at: target.at, layout: target.layout, n: target.N * target.K },
        {
          dtype: this.floatDtype(full),
          read: (offset, length) => this.weights.read(full, offset, length),
          on: (bytes) => this.tell(name, bytes),
          signal: this.signal,
        },
      )
    }
  }

  private async importBnb(name: string, target: Nf4Weight): Promise<void> {
    const { scales } = await readBnbTensor(this.weights, name, target.K)
    if (scales.kind === 'nested') {
      const { codes, nestedAbsmax, offset } = scales.nested
      writeTables(this.gpu, target, { map: scales.map, absmaxCodes: codes, nestedAbsmax })
      target.nestedOffset = offset
    } else {
      writeTables(this.gpu, target, { map: new Float32Array(256), absmax: scales.absmax })
    }
    const codes = (target.at ?? 0) + target.layout.codeAt * 4
    await this.upload(name, target.buffer, codes, 0, this.weights.tensors.get(name)!.bytes)
  }

  private async vector(name: string): Promise<Tensor> {
    return this.memory.vector(name, await this.values(name))
  }

  private async values(name: string): Promise<Float32Array> {
    const info = this.weights.tensors.get(name)!
    return toFloat32(await this.weights.read(name, 0, info.bytes), this.floatDtype(name))
  }

  /** In one buffer; null where there is none. */
  private async vectors(names: (string | null)[]): Promise<(Tensor | null)[]> {
    return this.memory.vectors(
      names,
      await Promise.all(names.map((name) => (name === null ? null : this.values(name)))),
    )
  }

  /** One behind the other; zeros for those that have none. */
  private async joinedVectors(names: (string | null)[], sizes: number[], label: string): Promise<Tensor | null> {
    if (names.every((name) => name === null)) return null
    const joined = new Float32Array(sizes.reduce((sum, size) => sum + size, 0))
    let at = 0
    for (const [i, name] of names.entries()) {
      if (name !== null) joined.set(await this.values(name), at)
      at += sizes[i]
    }
    return this.memory.vector(label, joined)
  }

  private async layer(layer: number, targets: Map<string, LinearWeight>): Promise<LayerWeights> {
    const names = layerNames(this.config, layer)
    const linears = {} as LayerWeights['linears']
    for (const group of ANSWER_GROUPS) {
      const biases = await this.vectors(group.map((projection) => names.bias(projection)))
      for (const [i, projection] of group.entries()) {
        linears[projection] = { weight: targets.get(linearPath(layer, projection))!, bias: biases[i] }
      }
    }
    const joined = (projections: Projection[]): Promise<Tensor | null> =>
      this.joinedVectors(
        projections.map((projection) => names.bias(projection)),
        projections.map((projection) => linearShape(this.config, projection)[0]),
        `model.layers.${layer} ${projections.join(', ')} biases`,
      )
    const [qNorm, kNorm] = await this.vectors([names.qNorm, names.kNorm])
    return {
      inputNorm: await this.vector(names.inputNorm),
      postNorm: await this.vector(names.postNorm),
      qNorm,
      kNorm,
      linears,
      joinedBiases: {
        attention: await joined(['q_proj', 'k_proj', 'v_proj']),
        feedForward: await joined(['gate_proj', 'up_proj']),
      },
    }
  }
}

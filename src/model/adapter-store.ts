import type { Gpu } from '../gpu/device'
import { readBuffer } from '../gpu/readback'
import { storageBuffer, write } from '../gpu/storage'
import { bufferTensor, type Tensor } from '../gpu/tensor'
import { OPTIMIZER_BLOCK } from '../ops/adamw'
import { fnv32OfText } from '../contracts/hash'
import { type ModelConfig, type Projection } from '../contracts/model'
import { type LoraConfig, type LoraPair } from '../contracts/lora'
import { modulePath, linearShape } from '../architecture/names'
import { loraScale } from '../formats/lora-scale'

/** One adapted linear on the GPU: A [r, in], B [out, r]. */
export interface LoraTensors {
  A: Tensor
  B: Tensor
}

/** Where one parameter tensor stands in the flat pages. */
export interface ParameterSlot {
  /** `layers.0.self_attn.q_proj.lora_A` */
  name: string
  layer: number
  projection: Projection
  side: 'A' | 'B'
  shape: [number, number]
  page: number
  /** First element in the page; a multiple of 64, so that a binding may start there. */
  offset: number
  length: number
}

/**
 * Adapter parameters in flat f32 pages, one optimiser dispatch a page. Tensors start at multiples of 64 elements (256
 * bytes, the least binding alignment); the gaps hold zeros and stay zero under every optimiser.
 */
export interface AdapterLayout {
  slots: ParameterSlot[]
  /** Elements of each page, a multiple of 64. */
  pages: number[]
  /** Trainable numbers, without gaps. */
  parameters: number
}

/**
 * Elements of a page at most, each tensor counted in whole blocks of the optimiser: 64 MiB, whose f32 states just fit
 * the least binding limit. A layer stays on one page, since kernels bind the adapters of linears that share an input as
 * one buffer; one that is larger by itself gets a larger page.
 */
const PAGE_ELEMENTS = 16 * 1024 * 1024

export function adapterLayout(config: ModelConfig, lora: LoraConfig): AdapterLayout {
  const slots: ParameterSlot[] = []
  const pages: number[] = [0]
  let parameters = 0
  let inBlocks = 0
  const shapesOf = (projection: Projection): { side: 'A' | 'B'; shape: [number, number] }[] => {
    const [out, input] = linearShape(config, projection)
    return [
      { side: 'A', shape: [lora.r, input] },
      { side: 'B', shape: [out, lora.r] },
    ]
  }
  const layerBlocks = lora.target_modules
    .flatMap(shapesOf)
    .reduce((sum, { shape }) => sum + Math.ceil((shape[0] * shape[1]) / OPTIMIZER_BLOCK) * OPTIMIZER_BLOCK, 0)
  for (let layer = 0; layer < config.layers; layer++) {
    if (inBlocks + layerBlocks > PAGE_ELEMENTS && inBlocks > 0) {
      pages.push(0)
      inBlocks = 0
    }
    inBlocks += layerBlocks
    for (const projection of lora.target_modules) {
      for (const { side, shape } of shapesOf(projection)) {
        const length = shape[0] * shape[1]
        const padded = Math.ceil(length / 64) * 64
        const page = pages.length - 1
        slots.push({
          name: slotName(layer, projection, side),
          layer,
          projection,
          side,
          shape,
          page,
          offset: pages[page],
          length,
        })
        pages[page] += padded
        parameters += length
      }
    }
  }
  return { slots, pages, parameters }
}

function slotName(layer: number, projection: Projection, side: 'A' | 'B'): string {
  return `layers.${layer}.${modulePath(projection)}.lora_${side}`
}

/** The adapter's weights on the GPU. */
export class AdapterStore {
  readonly lora: LoraConfig
  readonly layout: AdapterLayout
  readonly scale: number
  readonly pages: GPUBuffer[]
  private readonly gpu: Gpu
  private readonly byModule = new Map<string, LoraTensors>()

  constructor(gpu: Gpu, config: ModelConfig, lora: LoraConfig) {
    this.gpu = gpu
    this.lora = lora
    this.scale = loraScale(lora)
    this.layout = adapterLayout(config, lora)
    this.pages = this.layout.pages.map((n, i) => storageBuffer(gpu, `adapter page ${i}`, n * 4))
    for (const slot of this.layout.slots) {
      const key = `${slot.layer}.${slot.projection}`
      const entry = this.byModule.get(key) ?? ({} as LoraTensors)
      entry[slot.side] = slotTensor(slot, this.pages)
      this.byModule.set(key, entry)
    }
  }

  get(layer: number, projection: Projection): LoraTensors | null {
    return this.byModule.get(`${layer}.${projection}`) ?? null
  }

  write(values: (slot: ParameterSlot) => Float32Array): void {
    for (const slot of this.layout.slots) {
      write(this.gpu, this.pages[slot.page], values(slot), slot.offset * 4)
    }
  }

  async read(): Promise<LoraPair[]> {
    const pages = await Promise.all(
      this.pages.map(
        async (page, i) => new Float32Array(await readBuffer(this.gpu, page, 0, this.layout.pages[i] * 4)),
      ),
    )
    const pairs = new Map<string, LoraPair>()
    for (const slot of this.layout.slots) {
      const key = `${slot.layer}.${slot.projection}`
      const pair = pairs.get(key) ?? ({ layer: slot.layer, projection: slot.projection, r: this.lora.r } as LoraPair)
      pair[slot.side] = pages[slot.page].slice(slot.offset, slot.offset + slot.length)
      if (slot.side === 'A') pair.inFeatures = slot.shape[1]
      else pair.outFeatures = slot.shape[0]
      pairs.set(key, pair)
    }
    return [...pairs.values()]
  }

  destroy(): void {
    for (const page of this.pages) this.gpu.free(page)
  }
}

/** A slot's view of a set of pages (parameters, gradients or moments). */
export function slotTensor(slot: ParameterSlot, pages: GPUBuffer[]): Tensor {
  return bufferTensor(slot.name, 'f32', slot.shape, pages[slot.page], slot.offset * 4)
}

/**
 * PEFT's initial weights: A uniform in +-1/sqrt(in) (kaiming_uniform with a = sqrt 5), B zero. Each tensor begins at
 * its own place of SplitMix32's sequence, which seed and name give, so the weights do not depend on which others are
 * adapted.
 */
export function initialValues(slot: ParameterSlot, seed: number): Float32Array {
  const values = new Float32Array(slot.length)
  if (slot.side === 'B') return values
  const bound = 1 / Math.sqrt(slot.shape[1])
  let state = (seed ^ Math.imul(fnv32OfText(slot.name), 0x9e3779b1)) >>> 0
  for (let i = 0; i < values.length; i++) {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    z = (z ^ (z >>> 15)) >>> 0
    values[i] = ((z / 2 ** 32) * 2 - 1) * bound
  }
  return values
}

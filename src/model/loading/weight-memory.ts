import { fail } from '../../errors/index'
import type { FloatDtype } from '../../formats/floats'
import { allocating, type Gpu } from '../../gpu/device'
import { storageBuffer, storageTensor, uploadTensor, write } from '../../gpu/storage'
import { bufferTensor, bytesPerElement, type Tensor } from '../../gpu/tensor'
import type { LinearWeight } from '../../ops/linear'
import type { Nf4Layout } from '../../ops/nf4'
import type { TablePart } from '../../ops/rows'
import { SOURCE_FORMATS } from './quantizer'
import { tableRows } from './table-rows'

export interface NamedLinear {
  name: string
  N: number
  K: number
}

/** How a linear is kept: as NF4, or in its source's precision. */
export type LinearForm = Nf4Layout | FloatDtype

/** The buffers that a model's weights lie in, and how many bytes they come to. */
export class WeightMemory {
  readonly buffers: GPUBuffer[] = []
  /** Bytes of NF4 linears, and of all but these and the table. */
  nf4Bytes = 0
  otherBytes = 0
  private readonly gpu: Gpu

  constructor(gpu: Gpu) {
    this.gpu = gpu
  }

  release(): void {
    for (const buffer of this.buffers) this.gpu.free(buffer)
  }

  /** A table [rows, C] in as many buffers as the binding limit asks for. */
  async table(name: string, [rows, C]: [number, number], dtype: Tensor['dtype']): Promise<TablePart[]> {
    const limit = this.gpu.device.limits.maxStorageBufferBindingSize
    const parts: TablePart[] = []
    for (const { first, count } of tableRows(rows, C * bytesPerElement(dtype), limit)) {
      const buffer = await this.buffer(`${name} ${first}`, count * C * bytesPerElement(dtype))
      parts.push({ tensor: bufferTensor(name, dtype, [count, C], buffer), first, count })
    }
    return parts
  }

  /** NF4 weights of a group stand in one buffer, as long as a binding holds it; others each in their own. */
  async group(linears: readonly NamedLinear[], formOf: (linear: NamedLinear) => LinearForm): Promise<LinearWeight[]> {
    const forms = linears.map(formOf)
    const starts: number[] = []
    let bytes = 0
    for (const form of forms) {
      starts.push(bytes)
      bytes += typeof form === 'string' ? Infinity : Math.ceil((form.words * 4) / 256) * 256
    }
    const fits = bytes <= this.gpu.device.limits.maxStorageBufferBindingSize
    const shared = linears.length > 1 && fits ? await this.buffer(linears[0].name, bytes) : null
    this.nf4Bytes += shared?.size ?? 0
    const made: LinearWeight[] = []
    for (const [i, linear] of linears.entries()) {
      const form = forms[i]
      if (typeof form === 'string') {
        made.push(await this.dense(linear, form))
        continue
      }
      const { name, N, K } = linear
      const buffer = shared ?? (await this.buffer(name, form.words * 4))
      if (!shared) this.nf4Bytes += buffer.size
      made.push({ kind: 'nf4', N, K, buffer, at: shared ? starts[i] : 0, layout: form, nestedOffset: 0 })
    }
    return made
  }

  vector(name: string, values: Float32Array): Tensor {
    const tensor = uploadTensor(this.gpu, name, values)
    this.keep(tensor.buffer!)
    return tensor
  }

  /** Vectors in one buffer, each from a multiple of 256 bytes; null where there is none. */
  vectors(names: readonly (string | null)[], all: readonly (Float32Array | null)[]): (Tensor | null)[] {
    const starts: number[] = []
    let length = 0
    for (const values of all) {
      starts.push(length)
      length += Math.ceil((values?.length ?? 0) / 64) * 64
    }
    if (length === 0) return all.map(() => null)
    const label = names.find((name) => name !== null)!
    const buffer = storageTensor(this.gpu, label, 'f32', [length]).buffer!
    this.keep(buffer)
    return all.map((values, i) => {
      if (!values) return null
      write(this.gpu, buffer, values, starts[i] * 4)
      return bufferTensor(names[i]!, 'f32', [values.length], buffer, starts[i] * 4)
    })
  }

  private async dense({ name, N, K }: NamedLinear, source: FloatDtype): Promise<LinearWeight> {
    const dtype = SOURCE_FORMATS[source]
    const buffer = await this.buffer(name, N * K * bytesPerElement(dtype))
    this.otherBytes += buffer.size
    return { kind: 'dense', N, K, tensor: bufferTensor(name, dtype, [N, K], buffer) }
  }

  private async buffer(label: string, bytes: number): Promise<GPUBuffer> {
    const limit = this.gpu.device.limits.maxStorageBufferBindingSize
    if (bytes > limit) throw fail('gpu-tensor-too-large', { tensor: label, bytes, limit })
    const buffer = await allocating(this.gpu, label, () => storageBuffer(this.gpu, label, bytes))
    this.buffers.push(buffer)
    return buffer
  }

  private keep(buffer: GPUBuffer): void {
    this.buffers.push(buffer)
    this.otherBytes += buffer.size
  }
}

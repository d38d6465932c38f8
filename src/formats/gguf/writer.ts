import type { ByteSink } from '../../contracts/bytes'
import { ggmlBytes } from './ggml-types'
import { ALIGNMENT, encodeHeader, padded } from './header'
import type { GgufMetadata, GgufTensor } from './header'

/**
 * Writes a GGUF file front to back: header and table of tensors first, then the tensors in the table's order, each in
 * as many chunks as the caller likes. The zeros between tensors are put in here. `close` throws RangeError when bytes
 * are missing.
 */
export class GgufWriter {
  /** Bytes written so far, the header included. */
  written = 0
  /** Bytes of the whole file. */
  readonly total: number
  private readonly sink: ByteSink
  /** Tensors that are not complete, and what the first of them lacks. */
  private readonly left: number[]

  private constructor(sink: ByteSink, tensors: readonly GgufTensor[], headerBytes: number) {
    this.sink = sink
    this.left = tensors.map(({ type, shape }) => ggmlBytes(type, shape))
    this.total = this.left.reduce((sum, bytes) => sum + padded(bytes), headerBytes)
  }

  static async create(sink: ByteSink, metadata: GgufMetadata, tensors: readonly GgufTensor[]): Promise<GgufWriter> {
    const header = encodeHeader(metadata, tensors)
    const writer = new GgufWriter(sink, tensors, header.length)
    await writer.put(header)
    return writer
  }

  /** More bytes of the tensor whose turn it is; a chunk belongs to one tensor. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.left.length === 0 || chunk.length > this.left[0])
      throw new RangeError('more bytes than the table announces')
    await this.put(chunk)
    this.left[0] -= chunk.length
    if (this.left[0] > 0) return
    this.left.shift()
    const zeros = padded(this.written) - this.written
    if (zeros > 0) await this.put(new Uint8Array(ALIGNMENT).subarray(0, zeros))
  }

  async close(): Promise<void> {
    if (this.written !== this.total) throw new RangeError(`${this.written} bytes written, ${this.total} announced`)
    await this.sink.close()
  }

  /** Throw away what was written. */
  async abort(): Promise<void> {
    await this.sink.abort()
  }

  private async put(bytes: Uint8Array): Promise<void> {
    await this.sink.write(bytes)
    this.written += bytes.length
  }
}

import { fail } from '../errors'
import type { ByteSink, ByteSource } from '../contracts/bytes'
import type { TensorDtype, TensorInfo, WeightSource } from '../contracts/weights'

const BYTES: Record<TensorDtype, number> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  U8: 1,
  I8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
}
/** The reference reader refuses longer headers, too. */
const MAX_HEADER_BYTES = 100_000_000

export interface SafetensorsFile extends WeightSource {
  readonly metadata: Record<string, string>
  /** Where the tensors' bytes begin in the file. */
  readonly dataStart: number
}

/** Bytes of one element. */
export function elementBytes(dtype: TensorDtype): number {
  return BYTES[dtype]
}

/**
 * Read a safetensors file's header and check it against the file's size; tensors are read later, in pieces.
 * Throws 'safetensors-cut-off' when the file ends early, 'safetensors-header' when the header cannot be right.
 *
 * Layout: u64 length, that much JSON {name: {dtype, shape, data_offsets: [from, to]}}, then the bytes without gaps.
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const file = source.name
  const bad = (reason: string, cause?: unknown) => fail('safetensors-header', { file, reason }, cause)
  if (source.size < 8) throw fail('safetensors-cut-off', { file, expected: 8, actual: source.size })
  const first = await source.read(0, 8)
  // A clone without Git LFS has small text files in the place of the weights.
  if (new TextDecoder().decode(first) === 'version ') throw fail('lfs-pointer', { file })
  const headerBytes = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true))
  if (headerBytes > MAX_HEADER_BYTES) throw bad(`length ${headerBytes}`)
  const dataStart = 8 + headerBytes
  if (dataStart > source.size) throw fail('safetensors-cut-off', { file, expected: dataStart, actual: source.size })

  const header = parseHeader(await source.read(8, headerBytes), bad)
  const { __metadata__: metadata, ...entries } = header
  const tensors = new Map<string, TensorInfo>()
  const starts = new Map<string, number>()
  let dataBytes = 0
  for (const [name, entry] of Object.entries(entries)) {
    const { info, start } = readEntry(name, entry, bad)
    tensors.set(name, info)
    starts.set(name, dataStart + start)
    dataBytes = Math.max(dataBytes, start + info.bytes)
  }
  const expected = dataStart + dataBytes
  if (expected > source.size) throw fail('safetensors-cut-off', { file, expected, actual: source.size })

  return {
    tensors,
    metadata: isRecord(metadata) ? Object.fromEntries(Object.entries(metadata).map(([k, v]) => [k, String(v)])) : {},
    dataStart,
    read(name, offset, length) {
      const info = tensors.get(name)
      if (!info) return Promise.reject(new Error(`${file} has no tensor ${name}`))
      if (offset < 0 || offset + length > info.bytes)
        return Promise.reject(new RangeError(`${name}: ${offset} + ${length} is over ${info.bytes}`))
      return source.read(starts.get(name)! + offset, length)
    },
  }
}

type Bad = (reason: string, cause?: unknown) => Error

function parseHeader(bytes: Uint8Array, bad: Bad): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw bad((error as Error).message, error)
  }
  if (!isRecord(value)) throw bad('not an object')
  return value
}

function readEntry(name: string, entry: unknown, bad: Bad): { info: TensorInfo; start: number } {
  if (!isRecord(entry)) throw bad(name)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype)) throw bad(`${name}: dtype ${String(dtype)}`)
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw bad(`${name}: shape ${JSON.stringify(shape)}`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw bad(`${name}: data_offsets ${JSON.stringify(offsets)}`)
  }
  const bytes = shape.reduce((product: number, n: number) => product * n, 1) * BYTES[dtype as TensorDtype]
  if (offsets[1] - offsets[0] !== bytes) throw bad(`${name}: data_offsets ${JSON.stringify(offsets)}, ${bytes} bytes`)
  return { info: { name, dtype: dtype as TensorDtype, shape, bytes }, start: offsets[0] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A tensor that is about to be written. */
export interface TensorHeader {
  name: string
  dtype: TensorDtype
  shape: number[]
}

/** Bytes of a planned tensor. */
export function tensorBytes(plan: Pick<TensorHeader, 'dtype' | 'shape'>): number {
  return plan.shape.reduce((product, n) => product * n, 1) * BYTES[plan.dtype]
}

/**
 * Writes a safetensors file front to back: the header first, then the tensors in the plan's order, each in as many
 * chunks as the caller likes. `close` throws when a tensor's bytes are missing.
 */
export class SafetensorsWriter {
  /** Bytes written so far, the header included. */
  written = 0
  readonly #sink: ByteSink
  readonly #total: number

  private constructor(sink: ByteSink, total: number) {
    this.#sink = sink
    this.#total = total
  }

  /** `metadata` {"format": "pt"} is what transformers and PEFT insist on. */
  static async create(
    sink: ByteSink,
    plan: TensorHeader[],
    metadata: Record<string, string> = { format: 'pt' },
  ): Promise<SafetensorsWriter> {
    const header = encodeHeader(plan, metadata)
    const total = plan.reduce((sum, tensor) => sum + tensorBytes(tensor), header.length)
    const writer = new SafetensorsWriter(sink, total)
    await writer.write(header)
    return writer
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.written + chunk.length > this.#total) throw new RangeError('more bytes than the header announces')
    await this.#sink.write(chunk)
    this.written += chunk.length
  }

  async close(): Promise<void> {
    if (this.written !== this.#total) throw new RangeError(`${this.written} bytes written, ${this.#total} announced`)
    await this.#sink.close()
  }

  /** Throw away what was written. */
  async abort(): Promise<void> {
    await this.#sink.abort()
  }
}

/** u64 length and JSON, padded with spaces so that the data begins at a multiple of 8. */
function encodeHeader(plan: TensorHeader[], metadata: Record<string, string>): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const tensor of plan) {
    const bytes = tensorBytes(tensor)
    header[tensor.name] = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + bytes] }
    offset += bytes
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const out = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(out.buffer).setBigUint64(0, BigInt(out.length - 8), true)
  out.set(json, 8)
  return out
}

import { fail } from '../errors'
import { shown } from '../errors/shown'
import type { ByteSink, ByteSource } from '../contracts/bytes'
import type { TensorDtype, TensorInfo, WeightSource } from '../contracts/weights'

/** Bits of one element. Source: safetensors 0.8, `Dtype::bitsize`. */
const BITS: Record<TensorDtype, number> = {
  F64: 64,
  I64: 64,
  U64: 64,
  C64: 64,
  F32: 32,
  I32: 32,
  U32: 32,
  F16: 16,
  BF16: 16,
  I16: 16,
  U16: 16,
  U8: 8,
  I8: 8,
  BOOL: 8,
  F8_E4M3: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
}
/** The reference reader refuses longer headers, too. */
const MAX_HEADER_BYTES = 100_000_000

export interface SafetensorsFile extends WeightSource {
  readonly metadata: Record<string, string>
  /** Where the tensors' bytes begin in the file. */
  readonly dataStart: number
}

/** Bytes of one element, a fraction for types below a byte. */
export function elementBytes(dtype: TensorDtype): number {
  return BITS[dtype] / 8
}

/**
 * Read a safetensors file's header and check it against the file's size; tensors are read later, in pieces.
 * Throws 'safetensors-cut-off' when the file ends early, 'safetensors-header' when the header cannot be right, and
 * 'safetensors-layout' when tensors leave a hole, overlap or end before the file does. It takes and refuses what
 * safetensors 0.8 takes and refuses (tests/golden/data/safetensors).
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

  const { __metadata__: metadata, ...entries } = parseHeader(await source.read(8, headerBytes), bad)
  const placed = Object.entries(entries).map(([name, entry]) => readEntry(name, entry, bad))
  const tensors = new Map(placed.map(({ info }) => [info.name, info]))
  const starts = new Map(placed.map(({ info, start }) => [info.name, dataStart + start]))
  const expected = dataStart + checkLayout(placed, file)
  if (expected > source.size) throw fail('safetensors-cut-off', { file, expected, actual: source.size })
  if (expected < source.size) {
    throw fail('safetensors-layout', { file, problem: 'behind', tensor: '', bytes: source.size - expected })
  }

  return {
    tensors,
    metadata: readMetadata(metadata, bad),
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
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (error) {
    throw bad((error as Error).message, error)
  }
  if (!isRecord(value)) throw bad('not an object')
  const twice = nameTwice(text)
  if (twice !== null) throw bad(`${shown(twice)} stands there twice`)
  return value
}

/**
 * The first name that an object of this JSON text holds twice, or null: JSON.parse takes the last one in silence.
 * @param text valid JSON
 */
function nameTwice(text: string): string | null {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open.push(new Set())
    else if (text[i] === '}') open.pop()
    else if (text[i] === '"') {
      const from = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      let next = i + 1
      while (' \t\n\r'.includes(text[next] ?? '.')) next++
      if (text[next] !== ':') continue
      const quoted = text.slice(from, i + 1)
      const name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
      if (open.at(-1)!.has(name)) return name
      open.at(-1)!.add(name)
    }
  }
  return null
}

function readMetadata(value: unknown, bad: Bad): Record<string, string> {
  if (value === undefined || value === null) return {}
  if (isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string'))
    return value as Record<string, string>
  throw bad(`__metadata__ ${shown(value)}`)
}

interface Placed {
  info: TensorInfo
  /** From where on the tensors' bytes begin. */
  start: number
}

function readEntry(name: string, entry: unknown, bad: Bad): Placed {
  const wrong = (what: string, value: unknown) => bad(`${shown(name)}: ${what} ${shown(value)}`)
  // Half a surrogate pair has no UTF-8, in which the reference keeps names.
  if (/\p{Surrogate}/u.test(name)) throw bad(`${shown(name)}: no Unicode text`)
  if (!isRecord(entry)) throw bad(shown(name))
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(BITS, dtype)) throw wrong('dtype', dtype)
  if (!isSizes(shape)) throw wrong('shape', shape)
  if (!isSizes(offsets) || offsets.length !== 2) throw wrong('data_offsets', offsets)
  const bits = shape.reduce((product, n) => product * n, BITS[dtype as TensorDtype])
  const bytes = bits / 8
  if (!Number.isSafeInteger(bits) || !Number.isInteger(bytes)) throw wrong('shape', shape)
  if (offsets[1] - offsets[0] !== bytes) throw bad(`${shown(name)}: data_offsets ${shown(offsets)}, ${bytes} bytes`)
  return { info: { name, dtype: dtype as TensorDtype, shape, bytes }, start: offsets[0] }
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)

/** Every tensor begins where the one before ends. Returns where the last one ends. */
function checkLayout(placed: readonly Placed[], file: string): number {
  const ordered = [...placed].sort((a, b) => a.start - b.start || a.info.bytes - b.info.bytes)
  let end = 0
  for (const { info, start } of ordered) {
    const problem = start > end ? 'hole' : 'overlap'
    if (start !== end)
      throw fail('safetensors-layout', { file, problem, tensor: shown(info.name), bytes: Math.abs(start - end) })
    end += info.bytes
  }
  return end
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
  return plan.shape.reduce((product, n) => product * n, 1) * elementBytes(plan.dtype)
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

import { GGML_TYPES, ggmlBytes } from './ggml-types'
import type { GgmlType } from './ggml-types'

/** A typed value of GGUF's metadata; readers take exactly the type that they expect, a float alpha for one. */
export type GgufValue =
  | { type: 'u32' | 'i32' | 'f32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'i32s'; value: ArrayLike<number> }
  | { type: 'f32s'; value: ArrayLike<number> }

export type GgufMetadata = Record<string, GgufValue>

export const u32 = (value: number): GgufValue => ({ type: 'u32', value })
export const f32 = (value: number): GgufValue => ({ type: 'f32', value })
export const bool = (value: boolean): GgufValue => ({ type: 'bool', value })
export const string = (value: string): GgufValue => ({ type: 'string', value })

/** A tensor that is about to be written; `shape` as elsewhere, rows first. */
export interface GgufTensor {
  name: string
  type: GgmlType
  shape: number[]
}

/** Where tensors begin: a multiple of this, in the file and in its data. */
export const ALIGNMENT = 32
const MAGIC = 0x46554747
const VERSION = 3

/** Numbers of the value types, `gguf_type` in `gguf.h`. */
const TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 }

/** Bytes with the zeros that follow a tensor. */
export const padded = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/**
 * All that stands before the tensors' bytes: counts, metadata, the table of tensors, zeros up to the alignment.
 * A shape is written columns first, as ggml counts.
 */
export function encodeHeader(metadata: GgufMetadata, tensors: readonly GgufTensor[]): Uint8Array {
  const out = new Bytes()
  const entries = Object.entries(metadata)
  out.u32(MAGIC).u32(VERSION).u64(tensors.length).u64(entries.length)
  for (const [key, value] of entries) {
    out.string(key)
    writeValue(out, value)
  }
  let offset = 0
  for (const { name, type, shape } of tensors) {
    out.string(name).u32(shape.length)
    for (const n of shape.toReversed()) out.u64(n)
    out.u32(GGML_TYPES[type].id).u64(offset)
    offset += padded(ggmlBytes(type, shape))
  }
  return out.done(padded(out.length))
}

function writeValue(out: Bytes, { type, value }: GgufValue): void {
  switch (type) {
    case 'u32':
      out.u32(TYPES.u32).u32(value)
      break
    case 'i32':
      out.u32(TYPES.i32).i32(value)
      break
    case 'f32':
      out.u32(TYPES.f32).f32(value)
      break
    case 'bool':
      out.u32(TYPES.bool).u8(value ? 1 : 0)
      break
    case 'string':
      out.u32(TYPES.string).string(value)
      break
    case 'strings':
      out.u32(TYPES.array).u32(TYPES.string).u64(value.length)
      for (const text of value) out.string(text)
      break
    case 'i32s':
      out.u32(TYPES.array).u32(TYPES.i32).u64(value.length)
      for (let i = 0; i < value.length; i++) out.i32(value[i])
      break
    case 'f32s':
      out.u32(TYPES.array).u32(TYPES.f32).u64(value.length)
      for (let i = 0; i < value.length; i++) out.f32(value[i])
      break
  }
}

const encoder = new TextEncoder()

/** Little-endian bytes that grow. */
class Bytes {
  length = 0
  private bytes = new Uint8Array(1 << 16)
  private view = new DataView(this.bytes.buffer)

  u8(value: number): this {
    const at = this.room(1)
    this.view.setUint8(at, value)
    return this
  }

  u32(value: number): this {
    const at = this.room(4)
    this.view.setUint32(at, value, true)
    return this
  }

  i32(value: number): this {
    const at = this.room(4)
    this.view.setInt32(at, value, true)
    return this
  }

  f32(value: number): this {
    const at = this.room(4)
    this.view.setFloat32(at, value, true)
    return this
  }

  u64(value: number): this {
    const at = this.room(8)
    this.view.setBigUint64(at, BigInt(value), true)
    return this
  }

  string(text: string): this {
    const encoded = encoder.encode(text)
    this.u64(encoded.length)
    const at = this.room(encoded.length)
    this.bytes.set(encoded, at)
    return this
  }

  done(length: number): Uint8Array {
    this.room(length - this.length)
    return this.bytes.slice(0, length)
  }

  /** Where `count` more bytes go; `bytes` and `view` may be others afterwards. */
  private room(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2))
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    return at
  }
}

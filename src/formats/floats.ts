import type { TensorDtype } from '../contracts/weights'

/** Float types that weights come in. */
export type FloatDtype = Extract<TensorDtype, 'F32' | 'F16' | 'BF16'>

export function isFloatDtype(dtype: TensorDtype): dtype is FloatDtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16'
}

/** Little-endian bytes of a float tensor as f32; exact. */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  if (dtype === 'F32') return new Float32Array(aligned(bytes, 4))
  const halves = new Uint16Array(aligned(bytes, 2))
  const out = new Float32Array(halves.length)
  if (dtype === 'BF16') {
    const bits = new Uint32Array(out.buffer)
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16
    return out
  }
  const table = halfTable()
  for (let i = 0; i < halves.length; i++) out[i] = table[halves[i]]
  return out
}

/** f32 values as little-endian bytes of a float type, rounded to nearest, ties to even. */
export function fromFloat32(values: Float32Array, dtype: FloatDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer)
  const round = dtype === 'BF16' ? bfloat16Bits : float16Bits
  return new Uint8Array(round(new Uint32Array(values.buffer, values.byteOffset, values.length)).buffer)
}

function bfloat16Bits(bits: Uint32Array): Uint16Array {
  const out = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]
    const nan = (b & 0x7fffffff) > 0x7f800000
    out[i] = nan ? 0x7fc0 | ((b >>> 16) & 0x8000) : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16
  }
  return out
}

function float16Bits(bits: Uint32Array): Uint16Array {
  const out = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = halfBits(bits[i])
  return out
}

const scratch = new Float32Array(1)
const scratchBits = new Uint32Array(scratch.buffer)

/** The 16 bits of a number as IEEE half, rounded to nearest, ties to even. */
export function float16Of(value: number): number {
  scratch[0] = value
  return halfBits(scratchBits[0])
}

/** What 16 bits of an IEEE half stand for. */
export function fromFloat16(bits: number): number {
  return halfTable()[bits]
}

/** IEEE half of an f32's bits. */
function halfBits(b: number): number {
  const sign = (b >>> 16) & 0x8000
  const magnitude = b & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  // 65520 and more round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent by 112, keep 10 of 23 fraction bits; a carry moves into the exponent as it should.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
  }
  // Subnormal: count in units of 2^-24.
  const exponent = magnitude >>> 23
  const shift = 126 - exponent
  if (shift > 24) return sign
  const fraction = (magnitude & 0x7fffff) | 0x800000
  const kept = fraction >>> shift
  const rest = fraction & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  return sign | (kept + (rest > half || (rest === half && kept & 1) ? 1 : 0))
}

let halves: Float32Array | undefined

/** Every half as f32. */
function halfTable(): Float32Array {
  if (halves) return halves
  halves = new Float32Array(65536)
  for (let i = 0; i < 65536; i++) {
    const sign = i & 0x8000 ? -1 : 1
    const exponent = (i >> 10) & 31
    const fraction = i & 1023
    if (exponent === 31) halves[i] = fraction ? NaN : sign * Infinity
    else halves[i] = exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  }
  return halves
}

/** The bytes' own buffer where they are aligned and alone in it, else a copy. */
function aligned(bytes: Uint8Array, size: number): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength && bytes.byteLength % size === 0
  if (whole && bytes.buffer instanceof ArrayBuffer) return bytes.buffer
  // Not `slice`: of a Node Buffer that is a view of the same memory.
  return new Uint8Array(bytes).buffer
}

/** Just enough of protobuf and of ONNX to write a model of one node. */

type Field = Uint8Array

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function varint(value: number): Uint8Array {
  const out: number[] = []
  let rest = value
  while (rest >= 128) {
    out.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.from([...out, rest])
}

const number = (field: number, value: number): Field => joined([varint(field * 8), varint(value)])
const chunk = (field: number, value: Uint8Array | string): Field => {
  const body = typeof value === 'string' ? bytesOf(value) : value
  return joined([varint(field * 8 + 2), varint(body.length), body])
}
const message = (field: number, ...fields: Field[]): Field => chunk(field, joined(fields))

const FLOAT = 1
const UINT8 = 2

const attribute = (name: string, value: number): Field =>
  message(5, chunk(1, name), number(3, value), number(20, /* INT */ 2))

const tensor = (name: string, type: number, shape: number[], raw: ArrayBuffer): Field =>
  message(5, ...shape.map((size) => number(1, size)), number(2, type), chunk(8, name), chunk(9, new Uint8Array(raw)))

const port = (field: number, name: string, shape: number[]): Field => {
  const dimensions = shape.map((size) => message(1, number(1, size)))
  return message(field, chunk(1, name), message(2, message(1, number(1, FLOAT), message(2, ...dimensions))))
}

/** A weight [N, K] in four bits: codes two a byte, low half first; a scale each `block` along K; (code - 8) scale. */
export interface FourBits {
  N: number
  K: number
  block: number
  codes: Uint8Array<ArrayBuffer>
  scales: Float32Array<ArrayBuffer>
}

/**
 * An ONNX model that is y [M, N] = x [M, K] W^T by one MatMulNBits of 4 bits at accuracy level 0, that is in f32.
 * Fields by the numbers of onnx.proto.
 */
export function matMulNBits(M: number, { N, K, block, codes, scales }: FourBits): Uint8Array<ArrayBuffer> {
  const node = message(
    1,
    ...['x', 'codes', 'scales'].map((name) => chunk(1, name)),
    chunk(2, 'y'),
    chunk(4, 'MatMulNBits'),
    ...Object.entries({ K, N, bits: 4, block_size: block, accuracy_level: 0 }).map(([name, value]) =>
      attribute(name, value),
    ),
    chunk(7, 'com.microsoft'),
  )
  const graph = message(
    7,
    node,
    chunk(2, 'product'),
    tensor('codes', UINT8, [N, K / block, block / 2], codes.buffer),
    tensor('scales', FLOAT, [(N * K) / block], scales.buffer),
    port(11, 'x', [M, K]),
    port(12, 'y', [M, N]),
  )
  const operators = (domain: string, version: number): Field => message(8, chunk(1, domain), number(2, version))
  return joined([number(1, 8), graph, operators('', 17), operators('com.microsoft', 1)])
}

/** Four bits by the largest of each block: what any quantiser of this kind would write. */
export function fourBits(weight: Float32Array, N: number, K: number, block: number): FourBits {
  const codes = new Uint8Array(weight.length / 2)
  const scales = new Float32Array(weight.length / block)
  for (let at = 0; at < weight.length; at += block) {
    const values = weight.subarray(at, at + block)
    const scale = Math.fround(values.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / 7)
    scales[at / block] = scale
    values.forEach((v, i) => {
      const code = Math.min(15, Math.max(0, Math.round(v / scale) + 8))
      codes[(at + i) >> 1] |= code << ((i % 2) * 4)
    })
  }
  return { N, K, block, codes, scales }
}

/** What those codes stand for. */
export function valuesOf({ codes, scales, block }: FourBits): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: codes.length * 2 }, (_, i) => {
    const code = (codes[i >> 1] >> ((i % 2) * 4)) & 15
    return (code - 8) * scales[Math.floor(i / block)]
  })
}

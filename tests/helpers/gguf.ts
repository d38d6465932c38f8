import { GGML_TYPES } from '../../src/formats/gguf/ggml-types'
import type { GgmlType } from '../../src/formats/gguf/ggml-types'

export interface ReadGguf {
  metadata: Record<string, unknown>
  tensors: Map<string, { type: GgmlType; shape: number[]; bytes: Uint8Array }>
}

/** A GGUF file read by the format's own description, with the least code. */
export function readGguf(file: Uint8Array): ReadGguf {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  const u32 = () => view.getUint32((at += 4) - 4, true)
  const u64 = () => Number(view.getBigUint64((at += 8) - 8, true))
  const text = () => {
    const length = u64()
    return new TextDecoder().decode(file.subarray(at, (at += length)))
  }
  const value = (type: number): unknown => {
    if (type === 9) {
      const [inner, count] = [u32(), u64()]
      return Array.from({ length: count }, () => value(inner))
    }
    if (type === 4) return u32()
    if (type === 5) return view.getInt32((at += 4) - 4, true)
    if (type === 6) return view.getFloat32((at += 4) - 4, true)
    if (type === 7) return file[at++] === 1
    if (type === 8) return text()
    throw new Error(`value type ${type}`)
  }
  if (u32() !== 0x46554747) throw new Error('no GGUF file')
  if (u32() !== 3) throw new Error('another version')
  const [tensorCount, valueCount] = [u64(), u64()]
  const metadata: Record<string, unknown> = {}
  for (let i = 0; i < valueCount; i++) {
    const key = text()
    metadata[key] = value(u32())
  }
  const table = Array.from({ length: tensorCount }, () => {
    const name = text()
    const shape = Array.from({ length: u32() }, u64).toReversed()
    const id = u32()
    const type = (Object.keys(GGML_TYPES) as GgmlType[]).find((one) => GGML_TYPES[one].id === id)!
    return { name, shape, type, offset: u64() }
  })
  const start = Math.ceil(at / 32) * 32
  const tensors: ReadGguf['tensors'] = new Map()
  for (const { name, shape, type, offset } of table) {
    if (offset % 32 !== 0) throw new Error(`${name} begins at ${offset}`)
    const { block, bytes } = GGML_TYPES[type]
    const size = (shape.reduce((product, n) => product * n, 1) / block) * bytes
    tensors.set(name, { type, shape, bytes: file.subarray(start + offset, start + offset + size) })
  }
  return { metadata, tensors }
}

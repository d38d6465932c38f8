import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromFloat32, toFloat32 } from '../../src/formats/floats'
import { GGML_TYPES, ggmlBytes } from '../../src/formats/gguf/ggml-types'
import type { GgmlType } from '../../src/formats/gguf/ggml-types'
import { bool, encodeHeader, f32, string, u32 } from '../../src/formats/gguf/header'
import type { GgufMetadata, GgufTensor } from '../../src/formats/gguf/header'
import { quantizeRows } from '../../src/formats/gguf/quantize'
import { GgufWriter } from '../../src/formats/gguf/writer'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { openSafetensors } from '../../src/formats/safetensors'
import type { SafetensorsFile } from '../../src/formats/safetensors'
import { nodeFile } from '../../src/storage/node/node-folder'
import { readGguf } from '../helpers/gguf'
import { goldenPath } from '../helpers/golden'

let golden: SafetensorsFile
let rows: Float32Array
const bytesOf = (name: string) => golden.read(name, 0, golden.tensors.get(name)!.bytes)
beforeAll(async () => {
  golden = await openSafetensors(await nodeFile(goldenPath('gguf/blocks.safetensors')))
  rows = toFloat32(await bytesOf('rows'), 'F32')
})

describe("blocks are those of llama.cpp's quantiser, byte for byte", () => {
  it.each(Object.keys(GGML_TYPES).filter((type) => type !== 'F32') as GgmlType[])('%s', async (type) => {
    const expected = await bytesOf(type)
    expect(ggmlBytes(type, [rows.length / 512, 512])).toBe(expected.length)
    const got = quantizeRows(rows, type)
    // Named by row, since a diff of thousands of bytes says nothing.
    const size = expected.length / (rows.length / 512)
    const different = Array.from({ length: rows.length / 512 }, (_, row) => row).filter((row) =>
      got.subarray(row * size, (row + 1) * size).some((byte, i) => byte !== expected[row * size + i]),
    )
    expect(different).toEqual([])
    expect(got.length).toBe(expected.length)
  })

  it('works on windows of rows as on the whole', () => {
    for (const type of ['Q4_0', 'Q6_K'] as const) {
      const whole = quantizeRows(rows, type)
      const parts = [rows.subarray(0, 3 * 512), rows.subarray(3 * 512)].map((part) => quantizeRows(part, type))
      expect(Buffer.concat(parts).equals(whole)).toBe(true)
    }
  })

  it('refuses rows that are no whole blocks', () => {
    expect(() => ggmlBytes('Q8_0', [4, 80])).toThrow('rows of 80 are no whole blocks of Q8_0')
  })
})

const metadata: GgufMetadata = {
  'general.architecture': string('qwen2'),
  'a.u32': u32(4_000_000_000),
  'a.i32': { type: 'i32', value: -7 },
  'a.f32': f32(0.1),
  'a.bool': bool(true),
  'a.string': string('Grüße 你好 \u{1f600}'),
  'a.strings': { type: 'strings', value: ['', 'Ġt', '中'] },
  'a.i32s': { type: 'i32s', value: [1, 3, 5] },
  'a.f32s': { type: 'f32s', value: [0.5, -1.25] },
}
const tensors: GgufTensor[] = [
  { name: 'one', type: 'F32', shape: [5] },
  { name: 'two', type: 'F16', shape: [2, 3] },
  { name: 'three', type: 'Q8_0', shape: [3, 32] },
]

describe('GgufWriter', () => {
  it("writes the bytes that the gguf package's writer writes, in whatever chunks they come", async () => {
    const expected = readFileSync(goldenPath('gguf/small.gguf'))
    const folder = new MemoryFolder('out')
    const writer = await GgufWriter.create(await folder.create('small.gguf'), metadata, tensors)
    expect(writer.total).toBe(expected.length)
    const one = fromFloat32(Float32Array.of(0, 1, 2, 3, 4), 'F32')
    await writer.write(one.subarray(0, 7))
    await writer.write(one.subarray(7))
    await writer.write(fromFloat32(Float32Array.of(0, 1, 2, 3, 4, 5), 'F16'))
    const line = Float32Array.from({ length: 96 }, (_, i) => Math.fround(-1 + (i * 2) / 95))
    for (let row = 0; row < 3; row++) await writer.write(quantizeRows(line.subarray(row * 32, row * 32 + 32), 'Q8_0'))
    await writer.close()
    expect(Buffer.from(folder.files.get('small.gguf')!).equals(expected)).toBe(true)
  })

  it('keeps a header of any length whole', () => {
    // The table grows at every kind of value and in the middle of strings.
    const words = Array.from({ length: 70_001 }, (_, i) => `w${i}`.padEnd(1 + (i % 19), '中'))
    const many: GgufMetadata = Object.fromEntries(
      Array.from({ length: 9000 }, (_, i) => [`k${i}`, i % 2 ? u32(i) : f32(i)]),
    )
    const long: GgufMetadata = {
      ...many,
      words: { type: 'strings', value: words },
      ids: { type: 'i32s', value: Int32Array.from(words, (_, i) => -i) },
    }
    const read = readGguf(encodeHeader(long, [])).metadata
    expect(read).toEqual(
      Object.fromEntries(
        Object.entries(long).map(([key, { value }]) => [
          key,
          typeof value === 'object' ? Array.from(value as ArrayLike<unknown>) : value,
        ]),
      ),
    )
  })

  it('notices bytes too many or too few, and leaves nothing then', async () => {
    const folder = new MemoryFolder('out')
    const writer = await GgufWriter.create(await folder.create('x.gguf'), metadata, tensors)
    await writer.write(new Uint8Array(20))
    await expect(writer.write(new Uint8Array(13))).rejects.toThrow('more bytes')
    await expect(writer.close()).rejects.toThrow('announced')
    await writer.abort()
    expect(folder.files.size).toBe(0)
  })
})

import { describe, expect, it } from 'vitest'
import headers from '../golden/data/safetensors/headers.json'
import type { TuneError } from '../../src/errors'
import { fromFloat32, toFloat32 } from '../../src/formats/floats'
import { bytesSource, MemoryFolder } from '../../src/formats/memory-folder'
import { openSafetensors, SafetensorsWriter } from '../../src/formats/safetensors'

const PLAN = [
  { name: 'a', dtype: 'F32' as const, shape: [2, 3] },
  { name: 'empty', dtype: 'F16' as const, shape: [0, 4] },
  { name: '词', dtype: 'U8' as const, shape: [5] },
]

async function write(): Promise<Uint8Array> {
  const folder = new MemoryFolder('out')
  const writer = await SafetensorsWriter.create(await folder.create('x'), PLAN)
  await writer.write(fromFloat32(Float32Array.of(1, 2, 3, 4, 5, 6), 'F32'))
  await writer.write(Uint8Array.of(1, 2))
  await writer.write(Uint8Array.of(3, 4, 5))
  await writer.close()
  return folder.files.get('x')!
}

function withHeader(header: string, data = 0): Uint8Array {
  const json = new TextEncoder().encode(header)
  const out = new Uint8Array(8 + json.length + data)
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true)
  out.set(json, 8)
  return out
}

async function codeOf(bytes: Uint8Array): Promise<string> {
  return openSafetensors(bytesSource('x.safetensors', bytes)).then(
    () => 'no error',
    (error) => (error as TuneError).code,
  )
}

describe('safetensors', () => {
  it('comes back as it was written, its data at a multiple of 8', async () => {
    const file = await openSafetensors(bytesSource('x', await write()))
    expect(file.metadata).toEqual({ format: 'pt' })
    expect(file.dataStart % 8).toBe(0)
    expect([...file.tensors.values()]).toEqual([
      { ...PLAN[0], bytes: 24 },
      { ...PLAN[1], bytes: 0 },
      { ...PLAN[2], bytes: 5 },
    ])
    expect(toFloat32(await file.read('a', 8, 12), 'F32')).toEqual(Float32Array.of(3, 4, 5))
    expect(await file.read('词', 1, 3)).toEqual(Uint8Array.of(2, 3, 4))
    await expect(file.read('词', 3, 3)).rejects.toThrow(RangeError)
    await expect(file.read('b', 0, 1)).rejects.toThrow('no tensor b')
  })

  it('is not closed half full, nor filled beyond its header', async () => {
    const folder = new MemoryFolder('out')
    const writer = await SafetensorsWriter.create(await folder.create('x'), PLAN)
    await writer.write(new Uint8Array(28))
    await expect(writer.close()).rejects.toThrow(RangeError)
    await expect(writer.write(new Uint8Array(2))).rejects.toThrow(RangeError)
  })

  it('is refused when it is cut off anywhere', async () => {
    const whole = await write()
    for (const length of [0, 5, 8, 60, whole.length - 1]) {
      expect(await codeOf(whole.slice(0, length)), `${length} bytes`).toBe('safetensors-cut-off')
    }
  })

  it('is refused when its header cannot be right', async () => {
    const tensor = (entry: object, data = 8) => codeOf(withHeader(JSON.stringify({ t: entry }), data))
    expect(await codeOf(withHeader('{"t":'))).toBe('safetensors-header')
    expect(await codeOf(withHeader('[]'))).toBe('safetensors-header')
    expect(await codeOf(new Uint8Array(20).fill(255))).toBe('safetensors-header')
    expect(await tensor({ dtype: 'F32', shape: [2], data_offsets: [0, 8] })).toBe('no error')
    expect(await tensor({ dtype: 'F31', shape: [2], data_offsets: [0, 8] })).toBe('safetensors-header')
    expect(await tensor({ dtype: 'F32', shape: [-2], data_offsets: [0, 8] })).toBe('safetensors-header')
    expect(await tensor({ dtype: 'F32', shape: [3], data_offsets: [0, 8] })).toBe('safetensors-header')
    expect(await tensor({ dtype: 'F32', shape: [2], data_offsets: [8, 0] })).toBe('safetensors-header')
    expect(await tensor({ dtype: 'F32', shape: [2], data_offsets: [0, 8] }, 7)).toBe('safetensors-cut-off')
    expect(await codeOf(new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:1'))).toBe(
      'lfs-pointer',
    )
  })
})

describe('the reference reader of safetensors', () => {
  it.each(headers.cases)('agrees about $name', async ({ header, data, tensors }) => {
    const opened = openSafetensors(bytesSource('x.safetensors', withHeader(header, data)))
    if (tensors) expect([...(await opened).tensors.keys()].sort()).toEqual(tensors)
    else await expect(opened).rejects.toMatchObject({ code: expect.stringMatching(/^safetensors-/) })
  })

  it('is followed in what the message names', async () => {
    const entry = (from: number, to: number) => ({ dtype: 'U8', shape: [to - from], data_offsets: [from, to] })
    const messageOf = (header: object, data: number) =>
      openSafetensors(bytesSource('x', withHeader(JSON.stringify(header), data))).then(
        String,
        (error: Error) => error.message,
      )
    expect(await messageOf({ a: entry(0, 4), b: entry(7, 9) }, 9)).toContain(
      '3 bytes that belong to no tensor before "b"',
    )
    expect(await messageOf({ a: entry(0, 4), b: entry(3, 9) }, 9)).toContain('"b" begins 1 bytes inside another tensor')
    expect(await messageOf({ a: entry(0, 4) }, 9)).toContain('5 bytes follow its last tensor')
    const deep = `{"a":{"dtype":"U8","shape":${'['.repeat(100_000)}${']'.repeat(100_000)},"data_offsets":[0,1]}}`
    expect(await codeOf(withHeader(deep, 1))).toBe('safetensors-header')
  })
})

describe('float types', () => {
  it('widens every half exactly and rounds it back to itself', () => {
    const all = new Uint16Array(65536).map((_, i) => i)
    for (const dtype of ['F16', 'BF16'] as const) {
      const wide = toFloat32(new Uint8Array(all.slice().buffer), dtype)
      const back = new Uint16Array(fromFloat32(wide, dtype).buffer)
      const wrong = all.filter((bits) => back[bits] !== bits && !Number.isNaN(wide[bits]))
      expect(wrong, dtype).toHaveLength(0)
    }
  })

  it('rounds to nearest, ties to even', () => {
    const one = (value: number, dtype: 'F16' | 'BF16') =>
      toFloat32(fromFloat32(Float32Array.of(value), dtype), dtype)[0]
    const next = (step: number) => [1 + step / 2, 1 + step * 1.5, 1 + step / 2 + 2 ** -22, -(1 + step / 2)]
    // Halfway to the even neighbour below, halfway to the even one above, just over halfway, and mirrored.
    expect(next(2 ** -7).map((value) => one(value, 'BF16'))).toEqual([1, 1 + 2 ** -6, 1 + 2 ** -7, -1])
    expect(next(2 ** -10).map((value) => one(value, 'F16'))).toEqual([1, 1 + 2 ** -9, 1 + 2 ** -10, -1])
    expect([65519, 65520, 1e-8, 2 ** -25, 2 ** -25 * 1.01, 3 * 2 ** -25].map((value) => one(value, 'F16'))).toEqual([
      65504,
      Infinity,
      0,
      0,
      2 ** -24,
      2 ** -23,
    ])
    expect(one(NaN, 'BF16')).toBeNaN()
    expect(one(3.4e38, 'BF16')).toBe(Infinity)
  })
})

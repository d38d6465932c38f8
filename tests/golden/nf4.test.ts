import { beforeAll, describe, expect, test } from 'vitest'
import { fromFloat32, toFloat32, type FloatDtype } from '../../src/formats/floats'
import { bytesSource } from '../../src/formats/memory-folder'
import { doubleQuantizeAround, NF4_BLOCK, quantizeBlocks, signedMap } from '../../src/formats/nf4'
import { openSafetensors, type SafetensorsFile } from '../../src/formats/safetensors'
import { readBuffer } from '../../src/gpu/readback'
import { storageBuffer } from '../../src/gpu/storage'
import { Quantizer } from '../../src/model/loading/quantizer'
import { nf4Layout } from '../../src/ops/nf4'
import { figure } from '../helpers/figures'
import { random, testGpu, wordsOf } from '../helpers/gpu'
import { goldenJson, goldenPath } from '../helpers/golden'
import { readFileSync } from 'node:fs'

const { cases } = goldenJson<{ cases: Record<string, { shape: number[]; dtype: string; offset: number }> }>(
  'nf4/cases.json',
)
const path = goldenPath('nf4/tensors.safetensors')
let golden: SafetensorsFile
beforeAll(async () => {
  golden = await openSafetensors(bytesSource(path, new Uint8Array(readFileSync(path))))
})

const bytesOf = async (name: string): Promise<Uint8Array> => golden.read(name, 0, golden.tensors.get(name)!.bytes)
const floatsOf = async (name: string): Promise<Float32Array> =>
  toFloat32(await bytesOf(name), golden.tensors.get(name)!.dtype as FloatDtype)

interface Quantized {
  codes: Uint8Array
  absmaxCodes: Uint8Array
  nestedAbsmax: Float32Array
  absmax: Float32Array
  map: Float32Array
  offset: number
}

/** Quantise as the loader does, `chunk` elements a pass, and take the packed weight apart. */
async function quantize(bytes: Uint8Array, dtype: FloatDtype, nested: boolean, chunk: number): Promise<Quantized> {
  const gpu = await testGpu()
  const n = bytes.length / (dtype === 'F32' ? 4 : 2)
  const blocks = Math.ceil(n / NF4_BLOCK)
  const layout = nf4Layout(n, nested)
  const weight = storageBuffer(gpu, 'weight', layout.words * 4)
  const quantizer = new Quantizer(gpu, chunk)
  let told = 0
  const read = async (from: number, length: number) => bytes.slice(from, from + length)
  const offset = await quantizer.quantize({ weight, layout, n }, { dtype, read, on: (done) => (told += done) })
  expect(told).toBe(bytes.length)
  const all = await readBuffer(gpu, weight, 0, layout.words * 4)
  quantizer.destroy()
  gpu.free(weight)
  return {
    codes: new Uint8Array(all, layout.codeAt * 4, Math.ceil(n / 2)),
    absmaxCodes: new Uint8Array(all, layout.absmaxAt * 4, nested ? blocks : 0),
    nestedAbsmax: new Float32Array(all, layout.nestedAt * 4, nested ? Math.ceil(blocks / 256) : 0),
    absmax: new Float32Array(all, layout.absmaxAt * 4, nested ? 0 : blocks),
    map: new Float32Array(all, 0, 256),
    offset,
  }
}

const differing = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((count, byte, i) => count + (byte === b[i] ? 0 : 1), Math.abs(a.length - b.length))
const bits = (values: Float32Array): number[] => [...wordsOf(values.slice())]

describe('float weights quantised on the GPU, byte by byte as bitsandbytes does', () => {
  for (const [name, facts] of Object.entries(cases)) {
    // One pass over all, and passes of two blocks, which end inside the tensor.
    for (const chunk of [64 * 1024, 128]) {
      test(`${name}, ${chunk} elements a pass`, async () => {
        const dtype = golden.tensors.get(`${name}.input`)!.dtype as FloatDtype
        const nested = await quantize(await bytesOf(`${name}.input`), dtype, true, chunk)
        expect(figure('nf4 codes', differing(nested.codes, await bytesOf(`${name}.codes`))), 'codes').toBe(0)
        figure('nf4 codes compared', nested.codes.length)
        expect(bits(nested.map)).toEqual(bits(signedMap))
        const plain = await quantize(await bytesOf(`${name}.input`), dtype, false, chunk)
        expect(differing(plain.codes, await bytesOf(`${name}.codes`)), 'codes without nesting').toBe(0)
        const absmax = await floatsOf(`${name}.absmax`)
        expect(bits(plain.absmax)).toEqual(bits(absmax))
        // The offset is an f32 mean, which torch sums in an order of its own: its last bits may differ. Around the
        // offset that is in use every nested byte is what bitsandbytes makes.
        expect(figure('nf4 offset', Math.abs(nested.offset - facts.offset))).toBeLessThanOrEqual(
          Math.abs(facts.offset) * 2 ** -22,
        )
        const want = doubleQuantizeAround(absmax, nested.offset)
        expect(figure('nf4 absmax codes', differing(nested.absmaxCodes, want.codes)), 'absmax codes').toBe(0)
        expect(bits(nested.nestedAbsmax)).toEqual(bits(want.nestedAbsmax))
        if (nested.offset !== Math.fround(facts.offset)) return
        expect(
          differing(nested.absmaxCodes, await bytesOf(`${name}.absmax_codes`)),
          'absmax codes of bitsandbytes',
        ).toBe(0)
        expect(bits(nested.nestedAbsmax)).toEqual(bits(await floatsOf(`${name}.nested_absmax`)))
      })
    }
  }
})

describe('every source format, against the host', () => {
  for (const dtype of ['BF16', 'F16', 'F32'] as const) {
    for (const n of [64 * 300 + 21, 64 * 257, 50, 1]) {
      test(`${n} elements of ${dtype}`, async () => {
        const values = random(n, 4, 0.2)
        // A block whose halves are subnormal, one of zeros, one of negative zeros.
        if (n > 1000) values.fill(0, 64, 128).fill(-0, 128, 192)
        if (n > 1000) for (let i = 192; i < 256; i++) values[i] *= 2 ** -16
        const source = fromFloat32(values, dtype)
        const { codes, absmax } = quantizeBlocks(toFloat32(source, dtype))
        const ours = await quantize(source, dtype, true, 64 * 200)
        expect(differing(ours.codes, codes)).toBe(0)
        const want = doubleQuantizeAround(absmax, ours.offset)
        expect(differing(ours.absmaxCodes, want.codes)).toBe(0)
        expect(bits(ours.nestedAbsmax)).toEqual(bits(want.nestedAbsmax))
      })
    }
  }
})

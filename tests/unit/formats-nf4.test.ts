import { beforeAll, describe, expect, it } from 'vitest'
import { dequantizeBlockwise, quantizeBlockwise } from '../../src/formats/blockwise'
import { dynamicMap } from '../../src/formats/dynamic-map'
import { toFloat32 } from '../../src/formats/floats'
import type { FloatDtype } from '../../src/formats/floats'
import {
  dequantizeBlocks,
  dequantizeScales,
  doubleQuantize,
  doubleQuantizeAround,
  nf4Values,
  quantizeBlocks,
  signedMap,
} from '../../src/formats/nf4'
import { openSafetensors } from '../../src/formats/safetensors'
import type { SafetensorsFile } from '../../src/formats/safetensors'
import { nodeFile } from '../../src/storage/node/node-folder'
import { goldenJson, goldenPath } from '../helpers/golden'

let golden: SafetensorsFile
beforeAll(async () => {
  golden = await openSafetensors(await nodeFile(goldenPath('nf4/tensors.safetensors')))
})

async function floats(name: string): Promise<Float32Array> {
  const info = golden.tensors.get(name)!
  return toFloat32(await golden.read(name, 0, info.bytes), info.dtype as FloatDtype)
}
async function bytes(name: string): Promise<Uint8Array> {
  return golden.read(name, 0, golden.tensors.get(name)!.bytes)
}

/** The bits, since NaN, -0 and the last bit matter. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer)
}

const { cases } = goldenJson<{ cases: Record<string, { offset: number }> }>('nf4/cases.json')

describe.each(Object.entries(cases))('NF4 of bitsandbytes: %s', (name, facts) => {
  it('has the same codes, scales, nested codes and values', async () => {
    const input = await floats(`${name}.input`)
    const { codes, absmax } = quantizeBlocks(input)
    expect(codes).toEqual(await bytes(`${name}.codes`))
    expect(bits(absmax)).toEqual(bits(await floats(`${name}.absmax`)))

    const nested = doubleQuantizeAround(absmax, Math.fround(facts.offset))
    expect(nested.codes).toEqual(await bytes(`${name}.absmax_codes`))
    expect(bits(nested.nestedAbsmax)).toEqual(bits(await floats(`${name}.nested_absmax`)))
    if (golden.tensors.has(`${name}.dequantized`)) {
      const values = dequantizeBlocks(codes, dequantizeScales(nested), input.length)
      expect(bits(values)).toEqual(bits(await floats(`${name}.dequantized`)))
    }
  })

  it('has the same offset up to the last bit of the mean', async () => {
    const { absmax } = quantizeBlocks(await floats(`${name}.input`))
    const ours = doubleQuantize(absmax).offset
    // torch sums in f32: at most one rounding per addition of a cascade, here a few units in the last place.
    expect(Math.abs(ours - facts.offset)).toBeLessThanOrEqual(Math.abs(facts.offset) * 2 ** -22)
  })
})

describe('maps', () => {
  it('are those that bitsandbytes makes', async () => {
    expect(bits(nf4Values)).toEqual(bits(await floats('quant_map')))
    expect(bits(signedMap)).toEqual(bits(await floats('nested_quant_map')))
    const maps = await openSafetensors(await nodeFile(goldenPath('adamw/maps.safetensors')))
    for (const [name, info] of maps.tensors) {
      const reference = toFloat32(await maps.read(name, 0, info.bytes), 'F32')
      expect(bits(dynamicMap(reference[0] < 0)), name).toEqual(bits(reference))
    }
  })

  it('ascend and hold 0 and 1', () => {
    for (const map of [dynamicMap(true), dynamicMap(false)]) {
      expect(map).toHaveLength(256)
      expect(map).toContain(0)
      expect(map[255]).toBe(1)
      expect(map.every((value, i) => i === 0 || value > map[i - 1])).toBe(true)
    }
  })
})

describe('block-wise 8 bits', () => {
  it('keeps each block within its own scale', () => {
    const values = Float32Array.from({ length: 700 }, (_, i) => Math.sin(i * 1.7) * 10 ** Math.floor(i / 256))
    const packed = quantizeBlockwise(values, signedMap)
    expect(packed.absmax).toHaveLength(3)
    const back = dequantizeBlockwise(packed, signedMap)
    // The map's widest step is 0.0141 of the block's scale (a value below -0.993 has a step of its own to -0.993).
    back.forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThanOrEqual(0.0075 * packed.absmax[i >> 8]))
  })

  it('gives a block of zeros the scale 0', () => {
    const packed = quantizeBlockwise(new Float32Array(10), signedMap)
    expect(packed.absmax[0]).toBe(0)
    expect(dequantizeBlockwise(packed, signedMap).every((value) => value === 0)).toBe(true)
  })
})

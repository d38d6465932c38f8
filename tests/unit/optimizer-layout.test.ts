import { describe, expect, test } from 'vitest'
import { nearestTable, tableIndex } from '../../src/formats/blockwise'
import { dynamicMap } from '../../src/formats/dynamic-map'
import { adapterLayout, type AdapterLayout, type ParameterSlot } from '../../src/model/adapter-store'
import { optimizerLayout, partBytes, WINDOWS } from '../../src/model/training/optimizer-layout'
import { optimizerMaps } from '../../src/model/training/optimizer-maps'
import { PROJECTIONS, type ModelConfig } from '../../src/contracts/model'
import type { OptimizerKind } from '../../src/contracts/optimizer'
import { fused } from '../../src/ops/adamw-reference'
import { bits, differing } from '../helpers/adamw-twin'

/** Tensors of these sizes, one page, each at the next multiple of 64. */
function layoutOf(lengths: number[]): AdapterLayout {
  let offset = 0
  const slots = lengths.map((length, i): ParameterSlot => {
    const slot: ParameterSlot = {
      name: `t${i}`,
      layer: i,
      projection: 'q_proj',
      side: 'A',
      shape: [1, length],
      page: 0,
      offset,
      length,
    }
    offset += Math.ceil(length / 64) * 64
    return slot
  })
  return { slots, pages: [offset], parameters: lengths.reduce((a, b) => a + b, 0) }
}

const PAGED = 32 * 2 ** 20
const states = (layout: AdapterLayout, kind: OptimizerKind, budgetBytes?: number) =>
  optimizerLayout(layout, kind, { budgetBytes, pagedBytes: PAGED })

const decode = (entry: number): [number, number] => [(entry >> 9) * 64, entry & 511]

describe('which states a parameter gets', () => {
  const layout = layoutOf([4095, 4096, 4097, 1])

  test('blocks follow the tensors, with their tails, and skip the gaps', () => {
    const parts = states(layout, 'adamw8bit').parts
    expect(parts.map((part) => part.formula)).toEqual(['bnb32', 'bnb8'])
    const small = [...parts[0].blocks].map(decode)
    expect(small.slice(0, 2)).toEqual([
      [0, 256],
      [256, 256],
    ])
    expect(small.slice(15)).toEqual([
      [3840, 255],
      [layout.slots[3].offset, 1],
    ])
    const eight = [...parts[1].blocks].map(decode)
    expect(eight.length).toBe(16 + 17)
    expect(eight.slice(15, 17)).toEqual([
      [4096 + 3840, 256],
      [8192, 256],
    ])
    expect(eight[32]).toEqual([8192 + 4096, 1])
  })

  test('states of 32 bits for every tensor with adamw', () => {
    const { parts, stateBytes } = states(layout, 'adamw')
    expect(parts.map((part) => part.formula)).toEqual(['torch'])
    expect(stateBytes).toBe((16 + 16 + 17 + 1) * 2048)
  })

  test('paged above the budget, resident below; a paged kind has a budget of its own', () => {
    const resident = states(layout, 'paged_adamw8bit')
    expect(resident.windowBytes).toBeNull()
    expect(states(layout, 'adamw8bit', resident.stateBytes).windowBytes).toBeNull()
    const paged = states(layout, 'adamw8bit', resident.stateBytes - 1)
    expect(paged.windowBytes! * 2 * WINDOWS).toBeLessThan(resident.stateBytes)
    expect(paged.stateBytes).toBe(resident.parts.reduce((sum, part) => sum + partBytes(part), 0))
    const large = layoutOf([40_000_000])
    expect(states(large, 'adamw8bit').windowBytes).toBeNull()
    const window = states(large, 'paged_adamw8bit').windowBytes!
    expect(window * 2 * WINDOWS).toBe(PAGED)
  })

  test('paged 32-bit states are bitsandbytes’ for tensors of any size, paged beyond the same budget', () => {
    const { parts, windowBytes, stateBytes } = states(layout, 'paged_adamw32bit')
    expect(parts.map((part) => part.formula)).toEqual(['bnb32'])
    expect(windowBytes).toBeNull()
    expect(stateBytes).toBe(states(layout, 'adamw').stateBytes)
    expect(states(layoutOf([40_000_000]), 'paged_adamw32bit').windowBytes! * 2 * WINDOWS).toBe(PAGED)
  })

  test('a budget below one block still holds a block', () => {
    expect(states(layout, 'adamw8bit', 0).windowBytes).toBe(2048)
  })
})

describe('pages of a large adapter', () => {
  // Qwen2.5-0.5B: its width of 3.5 blocks gives every tensor of odd rank a ragged last block, and at these ranks a page
  // is full.
  const config = {
    layers: 24,
    hiddenSize: 896,
    intermediateSize: 4864,
    heads: 14,
    kvHeads: 2,
    headDim: 64,
  } as ModelConfig
  const layoutAt = (r: number) =>
    adapterLayout(config, { r, lora_alpha: r, lora_dropout: 0, target_modules: [...PROJECTIONS], use_rslora: false })

  test('f32 states of a page fit the least binding limit', () => {
    for (const r of [33, 61, 64]) {
      const { parts } = states(layoutAt(r), 'adamw')
      expect(parts.length, `rank ${r}`).toBeGreaterThan(1)
      expect(Math.max(...parts.map(partBytes)), `rank ${r}`).toBeLessThanOrEqual(2 ** 27)
    }
  })

  test('tensors follow one another without overlap, and none crosses a page', () => {
    const { slots, pages, parameters } = layoutAt(61)
    const ends = pages.map(() => 0)
    for (const { page, offset, length } of slots) {
      expect(offset).toBe(ends[page])
      ends[page] = Math.ceil((offset + length) / 64) * 64
    }
    expect(ends).toEqual(pages)
    expect(slots.reduce((sum, { length }) => sum + length, 0)).toBe(parameters)
  })
})

describe('the maps as the kernel reads them', () => {
  const words = optimizerMaps()
  for (const [side, signed] of [true, false].entries()) {
    test(`${signed ? 'signed' : 'unsigned'}: map and table of steps stand where the kernel reads them`, () => {
      const map = dynamicMap(signed)
      expect(differing(words.subarray(side * 256, side * 256 + 256), bits(map))).toBe(0)
      const table = nearestTable(map)
      const first = 512 + side * 16384
      let wrong = 0
      for (let step = 0; step < 65536; step++)
        if (((words[first + (step >> 2)] >>> (8 * (step & 3))) & 255) !== table[step]) wrong++
      expect(wrong).toBe(0)
    })
  }

  test('zero and one stand where they should', () => {
    expect(nearestTable(dynamicMap(false))[tableIndex(1)]).toBe(255)
    expect(dynamicMap(true)[nearestTable(dynamicMap(true))[tableIndex(-1)]]).toBeLessThan(-0.99)
  })
})

describe('fused', () => {
  test('rounds once where two roundings differ', () => {
    const one = Math.fround(1 + 2 ** -23)
    // (1 + u)^2 = 1 + 2u + u^2: the square is lost in f32, the fused sum keeps it.
    expect(fused(one, one, Math.fround(-(1 + 2 ** -22)))).toBe(2 ** -46)
    // Just above a tie of f32, by less than f64 can see: rounding to f64 first would lose it and round down to even.
    expect(fused(1, 1 + 2 ** -23, 2 ** -24)).toBe(1 + 2 ** -22)
    expect(fused(2 ** -40, 2 ** -40, Math.fround(1 + 2 ** -23) + 0)).toBe(Math.fround(1 + 2 ** -23))
  })
  test('keeps exact sums', () => {
    expect(fused(3, 5, 7)).toBe(22)
    expect(fused(0, 5, -7)).toBe(-7)
  })
})

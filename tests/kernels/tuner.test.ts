import { describe, expect, test } from 'vitest'
import { KernelCache } from '../../src/gpu/kernel'
import type { MatmulVariantName } from '../../src/gpu/tuning'
import { MATMUL_VARIANTS, type MatmulVariant } from '../../src/ops/matmul-variants'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { groupBackward, groupSlabElements } from '../../src/ops/adapted'
import { searchNf4, verifyNf4 } from '../../src/ops/nf4-search'
import { verifyMatmul, verifyVariant } from '../../src/ops/tuner'
import { F32_SUMS, random, relativeError, runOps, testGpu, tunedGpu } from '../helpers/gpu'
import { hostNf4 } from '../helpers/nf4-weight'

test('a variant that gives other numbers than its twin is found before its first use, and another takes its place', async () => {
  const shared = await testGpu()
  expect(await verifyMatmul(shared, 'register 8x4')).toBe(true)
  expect(await verifyMatmul(shared, 'row')).toBe(true)
  const right = MATMUL_VARIANTS['register 8x8']
  const plant = (variant: MatmulVariant): void => {
    MATMUL_VARIANTS['register 8x8'] = variant
  }
  const wrong = (find: string, replace: string): MatmulVariant => ({
    ...right,
    source: { name: 'matmul', wgsl: right.source.wgsl.replace(find, replace) },
    // Another key among the kernels that are compiled already.
    defines: { ...right.defines, FAULT: replace },
  })
  const tuning = { matmulTile: [8, 8] as [8, 8], matmulTileFrom: 1, matmul: [] }
  const gpu = tunedGpu(shared, { ...tuning, prefillTokens: 77 })
  gpu.kernels.verifyVariant = (name) => verifyMatmul(gpu, name as MatmulVariantName)
  expect(gpu.kernels).toBeInstanceOf(KernelCache)
  try {
    // The last bit alone, and a kernel that does not compile.
    plant(wrong('var v = sum * p.alpha;', 'var v = sum * p.alpha * 1.0000002;'))
    expect(await verifyMatmul(shared, 'register 8x8')).toBe(false)
    plant(wrong('var v = sum * p.alpha;', 'var v = ;'))
    expect(await verifyMatmul(shared, 'register 8x8')).toBe(false)
    // Where A is transposed alone.
    plant(wrong('p.M - 4u', 'p.M - 8u'))
    expect(await verifyMatmul(shared, 'register 8x8')).toBe(false)
    plant(wrong('var v = sum * p.alpha;', 'var v = sum * p.alpha + 1.0;'))
    const [M, N, K] = [64, 64, 8]
    const [a, b] = [random(M * K, 1), random(K * N, 2)]
    const out = await runOps(
      { a: { data: a }, b: { data: b }, c: { data: new Float32Array(M * N).fill(NaN) } },
      (r, t) => matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K }),
      { ...tuning, prefillTokens: 77 },
    )
    expect(relativeError(out.c, matmulReference(a, b, { M, N, K }))).toBeLessThan(F32_SUMS)
    expect(gpu.kernels.tuning.refused).toEqual(['register 8x8'])
  } finally {
    plant(right)
  }
})

// lavapipe's compiler takes seconds for each of these kernels.
describe.skipIf((await testGpu()).info.description.includes('llvmpipe'))('weights decoded in the tile', () => {
  const tile = 'workgroup 4x4 of 8'
  const right = MATMUL_VARIANTS[tile]

  test('timed against the product from the slab, but for what differs or has no memory', async () => {
    const gpu = await testGpu()
    const shape = { M: 32, N: 64, K: 32 }
    const found = {
      name: 'backward',
      shape: [32, 64, 32, 1],
      candidates: [],
      chosen: 'register 4x4',
      gflops: 1,
    } as const
    const search = (refused: string[], isOver = false, of = gpu) =>
      searchNf4(of, 'backward', shape, {
        found: { ...found, shape: [...found.shape], candidates: [] },
        tiles: [tile],
        refused,
        isOver: () => isOver,
      })
    const timed = (await search([]))!
    expect(timed.name).toBe('nf4 backward')
    expect(timed.candidates.map(({ variant }) => variant).sort()).toEqual([`nf4 ${tile}`, 'unpacked first'])
    expect(timed.candidates.every(({ gflops }) => gflops > 0)).toBe(true)
    expect(timed.chosen).toBe(timed.candidates[0].variant)
    const { candidates } = (await search([`nf4 ${tile}`]))!
    expect(candidates.map(({ variant, note }) => [variant, note])).toEqual([
      ['unpacked first', null],
      [`nf4 ${tile}`, 'differs'],
    ])
    // Nothing was compared.
    expect(await search([], true)).toBeNull()
    // Without memory nothing is found, and nothing stays behind.
    const before = gpu.allocatedBytes
    let left = 3
    const poor = Object.create(gpu, {
      buffer: {
        value: (...of: Parameters<typeof gpu.buffer>) => {
          if (left-- === 0) throw new Error('no memory')
          return gpu.buffer(...of)
        },
      },
    }) as typeof gpu
    expect(await search([], false, poor)).toBeNull()
    expect(left).toBe(-1)
    left = 1
    expect(await verifyNf4(poor, tile)).toBe(false)
    expect(gpu.allocatedBytes).toBe(before)
  })

  test('where it gives other numbers, the slab takes its place, with memory for it', async () => {
    const shared = await testGpu()
    expect(await verifyNf4(shared, tile)).toBe(true)
    const tuning = { nf4InTile: { backward: tile }, prefillTokens: 78 } as const
    const gpu = tunedGpu(shared, tuning)
    gpu.kernels.verifyVariant = (name) => verifyVariant(gpu, name as MatmulVariantName)
    // Of weights whose rows begin within a block alone.
    MATMUL_VARIANTS[tile] = { ...right, defines: { ...right.defines, ALIGNED: true } }
    expect(await verifyNf4(shared, tile)).toBe(false)
    // The wrong row of A.
    MATMUL_VARIANTS[tile] = { ...right, defines: { ...right.defines, WIDE_OF_A: 'M' } }
    try {
      const [M, N, K] = [12, 16, 64]
      const weight = hostNf4(random(N * K, 1), true)
      const dy = random(M * N, 2)
      const out = await runOps(
        { w: { data: weight.words }, dy: { data: dy }, dx: { data: new Float32Array(M * K).fill(NaN) } },
        (r, t) => {
          const own = { kind: 'nf4' as const, N, K, buffer: t.w.buffer!, ...weight }
          const group = { weights: [own], N, K, parts: [], rank: 1, scale: 1 }
          const slab = r.tensor('slab', [groupSlabElements(group, r.tuning)])
          groupBackward(r, { group, dy: t.dy, pitch: N, dx: t.dx, M, slab, dropout: null })
        },
        tuning,
      )
      expect(relativeError(out.dx, matmulReference(dy, weight.values, { M, N: K, K: N }))).toBeLessThan(F32_SUMS)
      expect(gpu.kernels.tuning.refused).toEqual([`nf4 ${tile}`])
    } finally {
      MATMUL_VARIANTS[tile] = right
    }
  })
})

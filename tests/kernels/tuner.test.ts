import { expect, test } from 'vitest'
import { KernelCache } from '../../src/gpu/kernel'
import type { MatmulVariantName } from '../../src/gpu/tuning'
import { MATMUL_VARIANTS, type MatmulVariant } from '../../src/ops/matmul-variants'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { verifyMatmul } from '../../src/ops/tuner'
import { F32_SUMS, random, relativeError, runOps, testGpu, tunedGpu } from '../helpers/gpu'

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

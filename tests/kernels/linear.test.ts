import { describe, expect, test } from 'vitest'
import { linearForward, slabElements, type LinearWeight } from '../../src/ops/linear'
import { matmulReference } from '../../src/ops/matmul'
import { F32_SUMS, random, relativeError, runOps } from '../helpers/gpu'
import { hostNf4 } from '../helpers/nf4-weight'
import { GPU_DTYPE, packed } from '../helpers/packed'

const [M, N, K] = [5, 200, 24]

describe('an NF4 linear, slab by slab', () => {
  // 200 rows at once; 128 and 72; 64, 64, 64 and 8. A bias is cut where a slab starts.
  for (const [slabLimit, rows] of [
    [N * K, N],
    [130 * K, 128],
    [64 * K, 64],
    [1, 64],
  ]) {
    test(`at most ${slabLimit} elements: ${rows} rows`, async () => {
      const weight = hostNf4(random(N * K, 1), true)
      const [x, bias] = [random(M * K, 2), random(N, 3)]
      const size = slabElements([{ kind: 'nf4', N, K, buffer: null as unknown as GPUBuffer, ...weight }], slabLimit)
      expect(size).toBe(rows * K)
      const out = await runOps(
        {
          w: { data: weight.words },
          slab: { data: new Float32Array(size).fill(NaN) },
          x: { data: x },
          bias: { data: bias },
          y: { data: new Float32Array(M * N).fill(NaN) },
        },
        (r, t) => {
          const linear: LinearWeight = { kind: 'nf4', N, K, buffer: t.w.buffer!, ...weight }
          linearForward(r, { weight: linear, x: t.x, y: t.y, M, bias: t.bias, slab: t.slab })
        },
        { slabElements: slabLimit },
      )
      const y = matmulReference(x, weight.values, { M, N, K, bTransposed: true }).map((v, i) => v + bias[i % N])
      expect(relativeError(out.y, y)).toBeLessThan(F32_SUMS)
    })
  }
})

test('a bias without a buffer is refused, not left out', async () => {
  const weight = hostNf4(random(N * K, 1), true)
  const one = { data: new Float32Array(N * K) }
  const record = runOps({ w: { data: weight.words }, slab: one, x: one, y: one }, (r, t) => {
    const linear: LinearWeight = { kind: 'nf4', N, K, buffer: t.w.buffer!, ...weight }
    linearForward(r, { weight: linear, x: t.x, y: t.y, M, bias: r.tensor('bias', [N]), slab: t.slab })
  })
  await expect(record).rejects.toThrow('bias has no buffer')
})

describe('a dense linear', () => {
  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    test(`${dtype}, forward`, async () => {
      const [n, k] = [27, 33]
      const w = packed(random(n * k, 1), dtype)
      const [x, bias] = [random(M * k, 2), random(n, 3)]
      const out = await runOps(
        {
          w: { data: w.words, dtype: GPU_DTYPE[dtype], shape: [n, k] },
          x: { data: x },
          bias: { data: bias },
          y: { data: new Float32Array(M * n) },
        },
        (r, t) => {
          const weight: LinearWeight = { kind: 'dense', N: n, K: k, tensor: t.w }
          linearForward(r, { weight, x: t.x, y: t.y, M, bias: t.bias, slab: t.y })
        },
      )
      const y = matmulReference(x, w.values, { M, N: n, K: k, bTransposed: true }).map((v, i) => v + bias[i % n])
      expect(relativeError(out.y, y)).toBeLessThan(F32_SUMS)
    })
  }
})

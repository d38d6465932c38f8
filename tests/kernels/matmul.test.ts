import { describe, expect, test } from 'vitest'
import { matmul, matmulReference } from '../../src/ops/matmul'
import { F32_SUMS, random, relativeError, runOps } from '../helpers/gpu'
import { GPU_DTYPE, packed } from '../helpers/packed'

const LAYOUTS = [{ bTransposed: true }, {}, { aTransposed: true }] as const

/** C = 0.5 op(A) op(B) + bias + C over the given tile, or the device's own. */
async function product(
  M: number,
  N: number,
  K: number,
  layout: (typeof LAYOUTS)[number],
  tile?: [number, number],
): Promise<number> {
  const [a, b, c, bias] = [random(M * K, 1), random(N * K, 2), random(M * N, 3), random(N, 4)]
  const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c }, bias: { data: bias } }, (r, t) => {
    matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ...layout, accumulate: true, alpha: 0.5, bias: t.bias, tile })
  })
  const want = matmulReference(a, b, { M, N, K, ...layout }).map((v, i) => v * 0.5 + c[i] + bias[i % N])
  return relativeError(out.c, want)
}

describe('shapes', () => {
  // One element, one row, sizes that are no multiple of 4, of a tile, or of a workgroup, and one that fills several of
  // each.
  for (const [M, N, K] of [
    [1, 1, 1],
    [1, 80, 33],
    [2, 12, 8],
    [3, 5, 7],
    [13, 64, 16],
    [37, 212, 80],
    [64, 128, 96],
    [130, 1031, 48],
  ]) {
    for (const layout of LAYOUTS) {
      test(`[${M}, ${N}, ${K}] ${JSON.stringify(layout)}`, async () => {
        expect(await product(M, N, K, layout)).toBeLessThan(F32_SUMS)
      })
    }
  }
})

describe('tiles', () => {
  for (const tile of [
    [1, 4],
    [2, 4],
    [4, 4],
    [8, 4],
    [16, 4],
    [8, 8],
  ] as [number, number][]) {
    for (const layout of LAYOUTS) {
      // A transposed is read in vectors of four rows, so its tile has at least four.
      if (tile[0] < 4 && 'aTransposed' in layout) continue
      test(`${tile.join(' x ')} ${JSON.stringify(layout)}`, async () => {
        expect(await product(68, 76, 20, layout, tile)).toBeLessThan(F32_SUMS)
      })
    }
  }
})

describe('packed operands', () => {
  for (const dtype of ['BF16', 'F16', 'F32'] as const) {
    for (const layout of [{ bTransposed: true }, {}]) {
      // K = 33 or N = 11 makes odd rows, which start in the middle of a word.
      test(`${dtype} ${JSON.stringify(layout)}, even and odd rows`, async () => {
        for (const [M, N, K] of [
          [6, 12, 32],
          [6, 11, 33],
        ]) {
          const a = random(M * K, 5)
          const b = packed(random(N * K, 6), dtype)
          const out = await runOps(
            {
              a: { data: a },
              b: { data: b.words, dtype: GPU_DTYPE[dtype], shape: [N, K] },
              c: { data: new Float32Array(M * N) },
            },
            (r, t) => matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ...layout }),
          )
          expect(relativeError(out.c, matmulReference(a, b.values, { M, N, K, ...layout }))).toBeLessThan(F32_SUMS)
        }
      })
    }
  }
})

test('a row scale replaces accumulation, in vectors and scalars', async () => {
  for (const [M, N, K] of [
    [9, 12, 8],
    [5, 7, 3],
  ]) {
    const [a, b, c, s] = [random(M * K, 1), random(N * K, 2), random(M * N, 3), random(M, 4)]
    const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c }, s: { data: s } }, (r, t) => {
      matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, rowScale: t.s })
    })
    const want = matmulReference(a, b, { M, N, K }).map((v, i) => v + c[i] * s[Math.floor(i / N)])
    expect(relativeError(out.c, want)).toBeLessThan(F32_SUMS)
  }
})

test('without accumulation whatever C held is overwritten, NaN included', async () => {
  for (const [M, N, K] of [
    [5, 8, 4],
    [5, 7, 3],
  ]) {
    const [a, b] = [random(M * K, 1), random(N * K, 2)]
    const out = await runOps(
      { a: { data: a }, b: { data: b }, c: { data: new Float32Array(M * N).fill(NaN) } },
      (r, t) => {
        matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K })
      },
    )
    expect(relativeError(out.c, matmulReference(a, b, { M, N, K }))).toBeLessThan(F32_SUMS)
  }
})

describe('writes its own rows and columns alone', () => {
  for (const [M, N, ldc] of [
    [5, 7, 11],
    [13, 8, 12],
    [1, 5, 8],
  ]) {
    test(`[${M}, ${N}] inside rows of ${ldc}`, async () => {
      const [K, above, below] = [6, 2, 3]
      const [a, b, c] = [random(M * K, 1), random(K * N, 2), random((above + M + below) * ldc, 3)]
      const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c } }, (r, t) => {
        matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ldc, cOffset: above * ldc })
      })
      const wanted = matmulReference(a, b, { M, N, K })
      const want = c.map((kept, i) => {
        const [row, column] = [Math.floor(i / ldc) - above, i % ldc]
        return row >= 0 && row < M && column < N ? wanted[row * N + column] : kept
      })
      expect(relativeError(out.c, want)).toBeLessThan(F32_SUMS)
    })
  }
})

test('batches step by their own strides, B once a group, and slices add up', async () => {
  const [outer, inner, group, slices, M, N, K] = [2, 6, 3, 2, 5, 8, 4]
  const a = random(outer * inner * slices * M * K, 1)
  const b = random(outer * (inner / group) * slices * N * K, 2)
  const size = { a: slices * M * K, b: slices * N * K, c: M * N }
  const out = await runOps(
    { a: { data: a }, b: { data: b }, c: { data: new Float32Array(outer * inner * M * N) } },
    (r, t) => {
      matmul(r, {
        a: t.a,
        b: t.b,
        c: t.c,
        M,
        N,
        K,
        batch: {
          outer,
          inner,
          a: [inner * size.a, size.a],
          b: [(inner / group) * size.b, size.b],
          c: [inner * size.c, size.c],
          bGroup: group,
        },
        slices: { count: slices, a: M * K, b: N * K },
      })
    },
  )
  const want = new Float64Array(outer * inner * M * N)
  for (let z = 0; z < outer * inner; z++) {
    const zb = Math.floor(z / inner) * (inner / group) + Math.floor((z % inner) / group)
    for (let slice = 0; slice < slices; slice++) {
      const part = matmulReference(
        a.subarray(z * size.a + slice * M * K, z * size.a + (slice + 1) * M * K),
        b.subarray(zb * size.b + slice * N * K, zb * size.b + (slice + 1) * N * K),
        { M, N, K },
      )
      part.forEach((v, i) => (want[z * size.c + i] += v))
    }
  }
  expect(relativeError(out.c, want)).toBeLessThan(F32_SUMS)
})

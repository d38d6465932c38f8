import { describe, expect, test } from 'vitest'
import type { MatmulVariantName } from '../../src/gpu/tuning'
import { matmul, matmulReference, type Matmul } from '../../src/ops/matmul'
import { MATMUL_VARIANTS } from '../../src/ops/matmul-variants'
import { F32_SUMS, random, relativeError, runOps, testGpu, wordsOf } from '../helpers/gpu'
import { GPU_DTYPE, packed } from '../helpers/packed'

const {
  features,
  info: { description },
} = await testGpu()

/**
 * Left to the other software adapter, since none chooses them: lavapipe's compiler takes a minute for each pipeline of
 * the first, SwiftShader seconds for each of the rest.
 */
const elsewhere: MatmulVariantName[] = description.includes('llvmpipe')
  ? ['workgroup 4x4 of 8']
  : description.includes('SwiftShader')
    ? ['uniform 16x4', 'workgroup 4x4', 'workgroup 8x4', 'workgroup 8x8']
    : []

const LAYOUTS = [{ bTransposed: true }, {}, { aTransposed: true }] as const

/** C = 0.5 op(A) op(B) (+ bias + C) of the given variant, or the device's own. */
async function product(
  M: number,
  N: number,
  K: number,
  layout: (typeof LAYOUTS)[number],
  variant?: MatmulVariantName,
  adds = true,
): Promise<{ error: number; bits: string }> {
  const [a, b, c, bias] = [random(M * K, 1), random(N * K, 2), random(M * N, 3), random(N, 4)]
  const out = await runOps({ a: { data: a }, b: { data: b }, c: { data: c }, bias: { data: bias } }, (r, t) => {
    const added = adds ? { accumulate: true, bias: t.bias } : {}
    matmul(r, { a: t.a, b: t.b, c: t.c, M, N, K, ...layout, alpha: 0.5, variant, ...added })
  })
  const want = matmulReference(a, b, { M, N, K, ...layout }).map((v, i) => v * 0.5 + (adds ? c[i] + bias[i % N] : 0))
  return { error: relativeError(out.c, want), bits: wordsOf(out.c).join() }
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
        expect((await product(M, N, K, layout)).error).toBeLessThan(F32_SUMS)
      })
    }
  }
})

/**
 * Every variant that the device can run, against the twin, in each layout that it takes: sizes within one tile, across
 * several with rests on both sides, and with a K that ends inside its depth.
 */
describe('variants', () => {
  const names = (Object.keys(MATMUL_VARIANTS) as MatmulVariantName[]).filter((name) => {
    const { SHARE = 0, LANES = 0 } = MATMUL_VARIANTS[name].defines
    if (elsewhere.includes(name)) return false
    const { subgroups } = features
    return !SHARE || (subgroups && subgroups.least >= Number(SHARE) && subgroups.most <= Number(LANES))
  })
  const whole = { M: 68, N: 76, K: 20, vectorised: true, single: true, causal: null, Z: 1 } as const

  for (const name of names) {
    const { takes } = MATMUL_VARIANTS[name]
    for (const layout of LAYOUTS) {
      const [aTransposed, bTransposed] = ['aTransposed' in layout, 'bTransposed' in layout]
      if (!takes({ aTransposed, bTransposed, ...whole })) continue
      test(`${name} ${JSON.stringify(layout)}`, async () => {
        for (const [M, N, K] of [
          [68, 76, 20],
          [4, 4, 4],
          [133, 260, 36],
        ]) {
          // A transposed moves in vectors of rows, and its K is of any length.
          const rows = aTransposed ? Math.ceil(M / 4) * 4 : M
          const depth = aTransposed ? K + 2 : K
          const { error } = await product(rows, N, depth, layout, name, bTransposed)
          expect(error, `[${rows}, ${N}, ${depth}]`).toBeLessThan(F32_SUMS)
        }
      })
    }
    if (takes({ aTransposed: false, bTransposed: false, ...whole })) {
      test(`${name}: batches, slices, a row scale, packed B and both sides of a diagonal`, () => checkStrides(name))
    }
  }

  test('all of them add in the same order: same bits', async () => {
    const [M, N, K] = [36, 64, 52]
    for (const layout of [LAYOUTS[0], LAYOUTS[2]]) {
      const results = new Set<string>()
      for (const name of names) {
        // One row alone is added up in parts.
        const taken = MATMUL_VARIANTS[name].takes({ ...whole, aTransposed: false, bTransposed: false, ...layout })
        if (name !== 'row' && taken) results.add((await product(M, N, K, layout, name)).bits)
      }
      expect(results.size, JSON.stringify(layout)).toBe(1)
    }
  })
})

/** Two batches of two slices over bf16 rows: over what C held left of a diagonal, summed up to one, and from one. */
async function checkStrides(variant: MatmulVariantName): Promise<void> {
  const [Z, slices, M, N, K] = [2, 2, 72, 72, 24]
  const a = random(Z * slices * M * K, 1)
  const b = packed(random(Z * slices * N * K, 2), 'BF16')
  const c = random(Z * M * N, 3)
  const scale = random(M, 4)
  const batch: Matmul['batch'] = {
    outer: Z,
    inner: 1,
    a: [slices * M * K, 0],
    b: [slices * N * K, 0],
    c: [M * N, 0],
  }
  const shape = { M, N, K, batch, slices: { count: slices, a: M * K, b: N * K }, variant }
  const first = 3
  const masked = a.map((v, i) => (i % K > (Math.floor(i / K) % M) + first ? 0 : v))
  const turned = a.map((v, i) => (i % M > (Math.floor(i / M) % K) + first ? 0 : v))
  const { takes } = MATMUL_VARIANTS[variant]
  const turns = takes({
    M,
    N,
    K,
    Z,
    single: false,
    vectorised: true,
    causal: 'reduce-from-row',
    ...LAYOUTS[2],
    bTransposed: false,
  })
  const out = await runOps(
    {
      a: { data: a },
      masked: { data: masked },
      // Rows whose every product is skipped: what stands there is never read.
      turned: { data: turned.map((v, i) => (i % M >= 64 ? NaN : v)) },
      from: { data: new Float32Array(Z * M * N) },
      b: { data: b.words, dtype: GPU_DTYPE.BF16, shape: [Z * slices * N * K] },
      scaled: { data: c },
      upTo: { data: new Float32Array(Z * M * N) },
      scale: { data: scale },
    },
    (r, t) => {
      const causal = { kind: 'skip-right', first } as const
      matmul(r, { ...shape, a: t.a, b: t.b, c: t.scaled, bTransposed: true, causal, rowScale: t.scale })
      matmul(r, { ...shape, a: t.masked, b: t.b, c: t.upTo, causal: { kind: 'reduce-to-row', first } })
      const from = { kind: 'reduce-from-row', first } as const
      if (turns) matmul(r, { ...shape, a: t.turned, b: t.b, c: t.from, aTransposed: true, causal: from })
    },
  )
  const sums = (left: Float32Array, bTransposed: boolean, aTransposed = false): Float64Array => {
    const all = new Float64Array(Z * M * N)
    for (let z = 0; z < Z * slices; z++) {
      const part = matmulReference(
        left.subarray(z * M * K, (z + 1) * M * K),
        b.values.subarray(z * N * K, (z + 1) * N * K),
        { M, N, K, aTransposed, bTransposed },
      )
      part.forEach((v, i) => (all[Math.floor(z / slices) * M * N + i] += v))
    }
    return all
  }
  const scaled = sums(a, true).map((v, i) => v + c[i] * scale[Math.floor(i / N) % M])
  expect(relativeError(out.upTo, sums(masked, false)), 'up to the row').toBeLessThan(F32_SUMS)
  if (turns) expect(relativeError(out.from, sums(turned, false, true)), 'from the row').toBeLessThan(F32_SUMS)
  // Right of the diagonal a tile may be left as it was; nobody reads it.
  const seen = (values: ArrayLike<number>): number[] =>
    Array.from(values).filter((_, i) => i % N <= (Math.floor(i / N) % M) + first)
  expect(relativeError(seen(out.scaled), seen(scaled)), 'left of the diagonal').toBeLessThan(F32_SUMS)
}

describe('one row, read by neighbours side by side', () => {
  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    test(`${dtype}: with a rest on both sides, over what C held, from an offset`, async () => {
      for (const [N, K, adds] of [
        [260, 132, true],
        [12, 896, false],
        [4, 128, true],
      ] as const) {
        const [a, c, bias] = [random(K, 1), random(N + 8, 2), random(N, 3)]
        const b = packed(random(N * K, 4), dtype)
        const out = await runOps(
          {
            a: { data: a },
            b: { data: b.words, dtype: GPU_DTYPE[dtype], shape: [N, K] },
            c: { data: c },
            bias: { data: bias },
          },
          (r, t) => {
            const added = adds ? { accumulate: true, bias: t.bias } : {}
            const shape = { M: 1, N, K, bTransposed: true, cOffset: 4, alpha: 0.5, variant: 'row', ...added } as const
            matmul(r, { a: t.a, b: t.b, c: t.c, ...shape })
          },
        )
        const sums = matmulReference(a, b.values, { M: 1, N, K, bTransposed: true })
        const want = c.map((v, i) => {
          if (i < 4 || i >= N + 4) return v
          return sums[i - 4] * 0.5 + (adds ? v + bias[i - 4] : 0)
        })
        expect(relativeError(out.c, want), `[1, ${N}, ${K}]`).toBeLessThan(F32_SUMS)
      }
    })
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

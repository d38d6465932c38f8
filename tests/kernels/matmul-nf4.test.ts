import { describe, expect, test } from 'vitest'
import { KernelCache } from '../../src/gpu/kernel'
import { Recorder } from '../../src/gpu/recorder'
import type { Tuning, WorkgroupTile } from '../../src/gpu/tuning'
import { groupBackward, groupForward, groupSlabElements, type ProductChoice } from '../../src/ops/adapted'
import { extraColumns, type LinearGroup } from '../../src/ops/linear-group'
import { nf4Product, nf4Tile } from '../../src/ops/matmul-nf4'
import { nf4Layout } from '../../src/ops/nf4'
import { random, runOps, testGpu, wordsOf } from '../helpers/gpu'
import { hostNf4 } from '../helpers/nf4-weight'
import { runBits } from '../helpers/step-words'

// Products of a group of linears that decode its NF4 weights in their tiles, against those from the slab: bit by bit.

interface Case {
  /** Rows of each weight, and whether it is adapted. */
  linears: [n: number, adapted: boolean][]
  nested: boolean
  M: number
  K: number
  rank?: number
  rate?: number
  /** Element type of the forward pass's rows and results. */
  dtype?: 'f32' | 'f16'
  biased?: boolean
  ways?: ('forward' | 'backward')[]
  tile?: WorkgroupTile
  /** Of the products that decode in the tile. */
  tuning?: Partial<Tuning>
}

const gpu = await testGpu()
const { kernels, features, info } = gpu
const TILE: WorkgroupTile = 'workgroup 4x4 of 8'

/** What results are filled with beforehand, as f32 and as two halves. */
const [NAN, NAN_HALVES] = [0x7fc00000, 0x7e007e00]

async function bothWays(o: Case): Promise<void> {
  const { linears, nested, M, K, rank = 4, rate = 0, dtype = 'f32', biased = true, ways = ['forward', 'backward'] } = o
  const N = linears.reduce((sum, [n]) => sum + n, 0)
  const starts = linears.map((_, i) => linears.slice(0, i).reduce((sum, [n]) => sum + n, 0))
  const stored = linears.map(([n], i) => hostNf4(random(n * K, 10 + i), nested))
  const adapted = linears.flatMap(([n, yes], i) => (yes ? [{ n, from: starts[i], i }] : []))
  const pairElements = (n: number): number => Math.ceil((rank * (n + K)) / 64) * 64
  const page = random(Math.max(4, adapted.length * pairElements(N)), 5)
  const extra = extraColumns({ parts: adapted.map(() => null!), rank })
  const nan = (n: number) => ({ data: new Float32Array(Math.max(4, n)).fill(NaN) })
  const half = (n: number) =>
    dtype === 'f16' ? { data: new Uint32Array(n / 2).fill(NAN_HALVES), dtype, shape: [n] } : nan(n)
  const left = (n: number, seed: number) =>
    dtype === 'f16' ? { data: halves(n, seed), dtype, shape: [n] } : { data: random(n, seed) }
  const shape = { weights: [], N, K, parts: adapted.map(() => null!), rank, scale: 0.75 } satisfies LinearGroup
  const slab = groupSlabElements(shape, { ...kernels.tuning, nf4InTile: {} })
  const products = (how: ProductChoice, tuning?: Partial<Tuning>) =>
    runOps(
      {
        ...Object.fromEntries(stored.map(({ words }, i) => [`w${i}`, { data: words }])),
        page: { data: page },
        run: { data: runBits({ seed: 42, micro_step: 3 }) },
        bias: { data: random(N, 3) },
        slab: nan(slab),
        x: left(M * (K + extra), 1),
        dy: { data: random(M * (N + extra), 2) },
        y: half(M * N),
        dx: nan(M * K),
      },
      (r, t) => {
        const at = (n: number, elements: number, of: number[]) => ({
          ...t.page,
          offset: (n * pairElements(N) + elements) * 4,
          shape: of,
        })
        const group: LinearGroup = {
          ...shape,
          weights: stored.map(({ layout, nestedOffset }, i) => {
            const { buffer } = t[`w${i}` as keyof typeof t]
            return { kind: 'nf4' as const, N: linears[i][0], K, buffer: buffer!, layout, nestedOffset }
          }),
          parts: adapted.map(({ n, from, i }, nth) => ({
            from,
            to: from + n,
            A: at(nth, 0, [rank, K]),
            B: at(nth, rank * K, [n, rank]),
            site: i,
          })),
        }
        const dropout = rate > 0 ? { run: t.run, rate } : null
        const common = { group, M, slab: t.slab, dropout }
        const bias = biased ? t.bias : null
        if (ways.includes('forward')) groupForward(r, { ...common, x: t.x, low: null, y: t.y, bias, how })
        if (ways.includes('backward')) groupBackward(r, { ...common, dy: t.dy, pitch: N + extra, dx: t.dx, how })
      },
      tuning,
    )
  const want = await products({ tile: null, variant: 'register 4x4' })
  const out = await products({ tile: o.tile ?? TILE }, o.tuning)
  expect(wordsOf(out.y)).toEqual(wordsOf(want.y))
  expect(wordsOf(out.dx)).toEqual(wordsOf(want.dx))
  // Numbers, and not all the same.
  for (const way of ways) {
    const words = wordsOf(way === 'forward' ? out.y : out.dx)
    expect(words.every((word) => word !== NAN && word !== NAN_HALVES)).toBe(true)
    expect(new Set(words).size).toBeGreaterThan(words.length / 4)
  }
}

/** n halves in (1, 2) or (-2, -1), two a word. */
function halves(n: number, seed: number): Uint32Array {
  const bits = Uint32Array.from(random(n, seed), (v) => (v < 0 ? 0xbc00 : 0x3c00) | Math.floor(Math.abs(v) * 1023))
  return Uint32Array.from({ length: n / 2 }, (_, i) => bits[2 * i] | (bits[2 * i + 1] << 16))
}

describe('decoded in the tile: the bits of the product from the slab', () => {
  // lavapipe's compiler takes seconds for each kernel of a case: there only what it alone has.
  if (features.f16) {
    test('rows and results in f16', () =>
      bothWays({ linears: [[28, false]], nested: true, M: 37, K: 64, dtype: 'f16', ways: ['forward'] }))
  }
  if (info.description.includes('llvmpipe')) return
  test('three nested weights, all adapted, rows and columns that fill no tile', () =>
    bothWays({
      linears: [
        [36, true],
        [8, true],
        [16, true],
      ],
      nested: true,
      M: 53,
      K: 56,
    }))
  test('two plain weights, one of them adapted, with dropout, rows that begin with a block', () =>
    bothWays({
      linears: [
        [40, false],
        [20, true],
      ],
      nested: false,
      M: 61,
      K: 64,
      rank: 8,
      rate: 0.3,
    }))
  // Of all tiles the one that brings eight k at a time.
  test('the largest tile, rows that begin within a block, tiles that are not full', () =>
    bothWays({ linears: [[36, true]], nested: false, M: 131, K: 72, biased: false, tile: 'workgroup 8x8' }))
  test('one adapted weight without a bias, across several tiles, in dispatches of one or two of them', () =>
    bothWays({
      linears: [[100, true]],
      nested: true,
      M: 71,
      K: 192,
      biased: false,
      tuning: { slabElements: 4096 },
    }))
})

test('only groups whose every weight is NF4 of one kind and moves in vectors decode in the tile', () => {
  const weight = (N: number, K: number, nested: boolean) => ({
    kind: 'nf4' as const,
    N,
    K,
    buffer: {} as GPUBuffer,
    layout: { nestedAt: 0, absmaxAt: 0, codeAt: 0, words: 0, nested },
    nestedOffset: 0,
  })
  const dense = { kind: 'dense' as const, N: 8, K: 64, tensor: { dtype: 'bf16' } as never }
  const group = (weights: LinearGroup['weights'], K: number, rank = 8, parts = 1): LinearGroup => ({
    weights,
    N: weights.reduce((sum, { N }) => sum + N, 0),
    K,
    parts: Array.from({ length: parts }, () => null!),
    rank,
    scale: 1,
  })
  const tuning: Tuning = { ...kernels.tuning, nf4InTile: { forward: TILE }, refused: [] }
  const nested = weight(8, 64, true)
  expect(nf4Tile(group([nested, nested], 64), tuning, 'forward')).toBe(TILE)
  expect(nf4Tile(group([nested, nested], 64), tuning, 'backward')).toBeNull()
  expect(nf4Tile(group([nested, nested], 64), { ...tuning, refused: [`nf4 ${TILE}`] }, 'forward')).toBeNull()
  expect(nf4Tile(group([nested, weight(8, 64, false)], 64), tuning, 'forward')).toBeNull()
  expect(nf4Tile(group([nested, dense], 64), tuning, 'forward')).toBeNull()
  expect(nf4Tile(group([weight(6, 64, true)], 64), tuning, 'forward')).toBeNull()
  expect(nf4Tile(group([weight(8, 60, true)], 60), tuning, 'forward')).toBeNull()
  expect(nf4Tile(group([nested], 64, 6), tuning, 'forward')).toBeNull()
  expect(nf4Tile(group([nested], 64, 6, 0), tuning, 'forward')).toBe(TILE)
})

test('dispatches depend on the group alone, whichever tile its rows fill', () => {
  const [N, K] = [200, 192]
  const weight = {
    kind: 'nf4' as const,
    N,
    K,
    buffer: {} as GPUBuffer,
    layout: nf4Layout(N * K, true),
    nestedOffset: 0,
  }
  const group: LinearGroup = { weights: [weight], N, K, parts: [], rank: 1, scale: 1 }
  const cut = new KernelCache(gpu, { ...kernels.tuning, slabElements: 2 ** 13, matmulWorkgroups: 4 })
  const dispatched = (M: number) => {
    const r = new Recorder(cut)
    const [a, c] = [r.tensor('a', [M * K]), r.tensor('c', [M * N])]
    const rows = { aPitch: K, cPitch: N, M, adapter: false, bias: null }
    nf4Product(r, { group, way: 'forward', tile: 'workgroup 8x8', exact: false, a, c, ...rows })
    return r.dispatches
  }
  expect(dispatched(1).map(({ workgroups }) => workgroups)).toEqual([2, 2, 2, 1].map((x) => [x, 1, 1]))
  expect(dispatched(256).map(({ workgroups }) => workgroups)).toEqual([1, 1, 1, 1].map((x) => [x, 2, 1]))
  // Verified under one name, the small tile with the one that was chosen.
  expect(new Set([...dispatched(1), ...dispatched(256)].map(({ variant }) => variant))).toEqual(
    new Set(['nf4 workgroup 8x8']),
  )
})

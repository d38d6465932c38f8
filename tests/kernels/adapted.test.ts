import { describe, expect, test } from 'vitest'
import { groupBackward, groupForward, groupGradients, groupSlabElements, type RowSource } from '../../src/ops/adapted'
import { dropoutKeeps } from '../../src/ops/dropout'
import type { LinearWeight } from '../../src/ops/linear'
import { extraColumns, type LinearGroup } from '../../src/ops/linear-group'
import { matmulReference } from '../../src/ops/matmul'
import { ropeReference } from '../../src/ops/rope'
import { swigluBackwardReference, swigluReference } from '../../src/ops/swiglu'
import type { Tuning } from '../../src/gpu/tuning'
import { F32_SUMS, random, relativeError, runOps, testGpu } from '../helpers/gpu'
import { hostNf4, type HostNf4 } from '../helpers/nf4-weight'
import { GPU_DTYPE, packed } from '../helpers/packed'
import { runBits } from '../helpers/step-words'

// A group of linears with its adapters, forward and back, against plain products in f64.

type Stored = 'nested' | 'plain' | 'F32' | 'BF16' | 'F16'

interface Case {
  /** Rows of each linear, how it is stored, and whether it is adapted. */
  linears: [n: number, stored: Stored, adapted: boolean][]
  M: number
  K: number
  rank: number
  rate: number
  tuning?: Partial<Tuning>
}

const SEED = { seed: 42, micro_step: 3 }
const site = (i: number): number => 7 + i
const SCALE = 0.75

/** Columns [from, to) of rows of `pitch`. */
const columns = (x: Float32Array, pitch: number, from: number, to: number): number[] =>
  Array.from({ length: x.length / pitch }, (_, m) => [...x.subarray(m * pitch + from, m * pitch + to)]).flat()

/** Rows of `width` in rows of `pitch`, the rest NaN: what kernels must not read before they have written it. */
function spread(x: Float32Array, width: number, pitch: number): Float32Array {
  const out = new Float32Array((x.length / width) * pitch).fill(NaN)
  for (let m = 0; m < x.length / width; m++) out.set(x.subarray(m * width, (m + 1) * width), m * pitch)
  return out
}

const isNf4 = (weight: object): weight is HostNf4 => 'layout' in weight

async function compare({ linears, M, K, rank, rate, tuning }: Case): Promise<void> {
  const N = linears.reduce((sum, [n]) => sum + n, 0)
  const starts = linears.map((_, i) => linears.slice(0, i).reduce((sum, [n]) => sum + n, 0))
  const stored = linears.map(([n, how], i) =>
    how === 'nested' || how === 'plain'
      ? hostNf4(random(n * K, 10 + i), how === 'nested')
      : packed(random(n * K, 10 + i), how),
  )
  const W = Float32Array.from(stored.flatMap(({ values }, i) => [...values.subarray(0, linears[i][0] * K)]))
  const adapted = linears.flatMap(([n, , yes], i) => (yes ? [{ n, from: starts[i], i }] : []))
  // As in the adapter's pages: each tensor begins at a multiple of 64 elements.
  const page: number[] = []
  const place = (values: Float32Array): { at: number; values: Float32Array } => {
    const at = page.length
    page.push(...values, ...Array<number>(Math.ceil(values.length / 64) * 64 - values.length).fill(0))
    return { at, values }
  }
  const pairs = adapted.map(({ n, i }) => ({ A: place(random(rank * K, 20 + i)), B: place(random(n * rank, 30 + i)) }))
  if (page.length === 0) page.push(0)
  const old = random(page.length, 5)
  const [x, dy, bias] = [random(M * K, 1), random(M * N, 2), random(N, 3)]
  const extra = extraColumns({ parts: adapted.map(() => null!), rank })
  const slabTuning = { ...(await testGpu()).kernels.tuning, ...tuning }
  const ghost = { weights: [], N, K, parts: adapted.map(() => null!), rank, scale: SCALE } satisfies LinearGroup
  const nan = (n: number) => ({ data: new Float32Array(Math.max(4, n)).fill(NaN) })
  const out = await runOps(
    {
      ...Object.fromEntries(
        stored.map(({ words }, i) => {
          const how = linears[i][1]
          const dtype = how === 'nested' || how === 'plain' ? ('u32' as const) : GPU_DTYPE[how]
          return [`w${i}`, { data: words, dtype, shape: [dtype === 'u32' ? words.length : linears[i][0] * K] }]
        }),
      ),
      page: { data: Float32Array.from(page) },
      gradients: { data: old },
      run: { data: runBits(SEED) },
      x: { data: spread(x, K, K + extra) },
      dense: { data: x },
      bias: { data: bias },
      low: nan(M * extra),
      y: nan(M * N),
      dy: { data: spread(dy, N, N + extra) },
      dx: nan(M * K),
      slab: nan(groupSlabElements(ghost, slabTuning)),
    },
    (r, t) => {
      const tensor = (of: 'page' | 'gradients', at: number, shape: number[]) => ({ ...t[of], offset: at * 4, shape })
      const both = (of: 'page' | 'gradients') =>
        pairs.map(({ A, B }, i) => ({
          A: tensor(of, A.at, [rank, K]),
          B: tensor(of, B.at, [adapted[i].n, rank]),
        }))
      const group: LinearGroup = {
        weights: stored.map((weight, i): LinearWeight => {
          const own = t[`w${i}` as keyof typeof t]
          const n = linears[i][0]
          return isNf4(weight)
            ? { kind: 'nf4', N: n, K, buffer: own.buffer!, layout: weight.layout, nestedOffset: weight.nestedOffset }
            : { kind: 'dense', N: n, K, tensor: own }
        }),
        N,
        K,
        parts: both('page').map((pair, i) => ({
          ...pair,
          from: adapted[i].from,
          to: adapted[i].from + adapted[i].n,
          site: site(adapted[i].i),
        })),
        rank,
        scale: SCALE,
      }
      const dropout = rate > 0 ? { run: t.run, rate } : null
      const low = adapted.length > 0 ? t.low : null
      groupForward(r, { group, x: t.x, low, y: t.y, bias: t.bias, M, slab: t.slab, dropout })
      groupBackward(r, { group, dy: t.dy, pitch: N + extra, dx: t.dx, M, slab: t.slab, dropout })
      if (!low) return
      const rows = { x: t.dense, xPitch: K, low, dy: t.dy, pitch: N + extra, M, dropout }
      groupGradients(r, { group, into: both('gradients'), ...rows })
    },
    tuning,
  )

  const y = matmulReference(x, W, { M, N, K, bTransposed: true }).map((v, i) => v + bias[i % N])
  const dx = matmulReference(dy, W, { M, N: K, K: N })
  const gradients = Float64Array.from(old)
  for (const [nth, { n, from, i }] of adapted.entries()) {
    const { A, B } = pairs[nth]
    const mask = Float64Array.from(x, (_, e) =>
      dropoutKeeps(e, site(i), SEED.seed, SEED.micro_step, rate) ? 1 / (1 - rate) : 0,
    )
    const dropped = mask.map((kept, e) => kept * x[e])
    const low = matmulReference(dropped, A.values, { M, N: rank, K, bTransposed: true })
    const own = Float64Array.from({ length: M * n }, (_, e) => dy[Math.floor(e / n) * N + from + (e % n)])
    const branch = matmulReference(low, B.values, { M, N: n, K: rank, bTransposed: true })
    for (const [e, v] of branch.entries()) y[Math.floor(e / n) * N + from + (e % n)] += SCALE * v
    const dlow = matmulReference(own, B.values, { M, N: rank, K: n }).map((v) => v * SCALE)
    for (const [e, v] of matmulReference(dlow, A.values, { M, N: K, K: rank }).entries()) dx[e] += v * mask[e]
    const dB = matmulReference(own, low, { M: n, N: rank, K: M, aTransposed: true })
    const dA = matmulReference(dlow, dropped, { M: rank, N: K, K: M, aTransposed: true })
    for (const [e, v] of dA.entries()) gradients[A.at + e] += v
    for (const [e, v] of dB.entries()) gradients[B.at + e] += SCALE * v
    expect(relativeError(columns(out.low, extra, nth * rank, (nth + 1) * rank), low)).toBeLessThan(F32_SUMS)
    const found = columns(out.dy, N + extra, N + nth * rank, N + (nth + 1) * rank)
    expect(relativeError(found, dlow)).toBeLessThan(F32_SUMS)
  }
  expect(relativeError(out.y, y)).toBeLessThan(F32_SUMS)
  expect(relativeError(out.dx, dx)).toBeLessThan(F32_SUMS)
  if (adapted.length > 0) expect(relativeError(out.gradients, gradients)).toBeLessThan(F32_SUMS)
}

const { description } = (await testGpu()).info
const LANES: [string, Partial<Tuning>][] = [
  // On a software adapter within a subgroup, without barriers.
  ["the device's own lanes", {}],
  // A GPU's 128 are the same code as 32, which software adapters compile for seconds, but lavapipe for minutes.
  description.includes('llvmpipe')
    ? ['8 lanes', { adapterLanes: 8, adapterSubgroup: false, unpackPieces: 16 }]
    : ['32 lanes', { adapterLanes: 32, adapterSubgroup: false, unpackPieces: 2 }],
]

for (const [title, lanes] of LANES) {
  describe(`a group and its adapters, ${title}`, () => {
    test('all of three in vectors, rows that fill no tile', () =>
      compare({
        linears: [
          [24, 'nested', true],
          [8, 'nested', true],
          [8, 'nested', true],
        ],
        M: 7,
        K: 72,
        rank: 16,
        rate: 0,
        tuning: lanes,
      }))
    test('the first and the last, with dropout', () =>
      compare({
        linears: [
          [16, 'plain', true],
          [8, 'plain', false],
          [12, 'plain', true],
        ],
        M: 9,
        // Whole blocks of NF4, which an invocation of a software adapter unpacks at once.
        K: 64,
        rank: 4,
        rate: 0.3,
        tuning: lanes,
      }))
    test('odd sizes, weights stored each in its own way, with dropout', () =>
      compare({
        linears: [
          [11, 'nested', true],
          [5, 'BF16', true],
          [3, 'F16', true],
        ],
        M: 5,
        K: 21,
        rank: 3,
        rate: 0.2,
        tuning: lanes,
      }))
    test('slabs of 64 rows across the borders of linears', () =>
      compare({
        linears: [
          [72, 'nested', true],
          [72, 'F32', true],
        ],
        M: 1,
        K: 64,
        rank: 9,
        rate: 0,
        tuning: { ...lanes, slabElements: 1 },
      }))
  })
}

test('without an adapter: the weights alone', () =>
  compare({ linears: [[10, 'nested', false]], M: 3, K: 33, rank: 8, rate: 0 }))

describe('rows that are made on the way', () => {
  /** One adapted linear whose left side `source` makes of what stands there. */
  async function made(
    { M, K, N, source }: { M: number; K: number; N: number; source: 'swiglu' | 'swiglu_back' | 'rope_back' },
    tuning: Partial<Tuning>,
  ): Promise<void> {
    const rank = 4
    const weight = hostNf4(random(N * K, 1), true)
    const values = random(128, 2)
    const backward = source !== 'swiglu'
    const width = backward ? N : K
    const F = source === 'swiglu' ? K : N / 2
    const [gate, up, dact] = [random(M * F, 3, 4), random(M * F, 4), random(M * F, 5)]
    const gateUp = Float32Array.from({ length: M * 2 * F }, (_, e) => {
      const [m, c] = [Math.floor(e / (2 * F)), e % (2 * F)]
      return c < F ? gate[m * F + c] : up[m * F + c - F]
    })
    const [heads, D] = [2, N / 4]
    const positions = Int32Array.from({ length: M }, (_, m) => (m * 5) % 9)
    const table = random(9 * D, 6)
    const dy = random(M * N, 7)
    const left = source === 'rope_back' ? dy : source === 'swiglu_back' ? gateUp : new Float32Array(M * K)
    const pitch = width + 4
    const out = await runOps(
      {
        w: { data: weight.words },
        page: {
          data: Float32Array.from({ length: 64 * Math.ceil((4 * (N + K)) / 64) + 64 }, (_, i) => values[i % 128]),
        },
        x: { data: spread(left, width, pitch) },
        gateUp: { data: gateUp },
        dact: { data: dact },
        positions: { data: positions },
        table: { data: table },
        slab: { data: new Float32Array((N + 4) * (K + 4)) },
        y: { data: new Float32Array(M * Math.max(N, K)) },
        low: { data: new Float32Array(M * 4) },
      },
      (r, t) => {
        const at = Math.ceil((rank * K) / 64) * 64
        const group: LinearGroup = {
          weights: [{ kind: 'nf4', N, K, buffer: t.w.buffer!, ...weight }],
          N,
          K,
          parts: [{ from: 0, to: N, A: t.page, B: { ...t.page, offset: at * 4 }, site: 0 }],
          rank,
          scale: 1,
        }
        const sources: Record<typeof source, RowSource> = {
          swiglu: { kind: 'swiglu', gateUp: t.gateUp, pitch: 2 * F },
          swiglu_back: { kind: 'swiglu_back', dact: t.dact, kept: null },
          rope_back: { kind: 'rope_back', positions: t.positions, table: t.table, heads, D },
        }
        const rows = { group, M, slab: t.slab, dropout: null, source: sources[source] }
        if (backward) groupBackward(r, { ...rows, dy: t.x, pitch, dx: t.y })
        else groupForward(r, { ...rows, x: t.x, low: t.low, y: t.y, bias: null })
      },
      tuning,
    )
    const found = columns(out.x, pitch, 0, width)
    if (source === 'swiglu') {
      expect(relativeError(found, swigluReference(gate, up))).toBeLessThan(F32_SUMS)
    } else if (source === 'swiglu_back') {
      const want = swigluBackwardReference(dact, gate, up)
      expect(relativeError(columns(out.x, pitch, 0, F), want.gate)).toBeLessThan(F32_SUMS)
      expect(relativeError(columns(out.x, pitch, F, 2 * F), want.up)).toBeLessThan(F32_SUMS)
      expect(relativeError(out.dact, swigluReference(gate, up))).toBeLessThan(F32_SUMS)
    } else {
      const half = Float32Array.from(columns(dy, N, 0, heads * D))
      const want = ropeReference(half, positions, table, { M, heads, D, backward: true })
      expect(relativeError(columns(out.x, pitch, 0, heads * D), want)).toBeLessThan(F32_SUMS)
      expect(columns(out.x, pitch, heads * D, N)).toEqual(columns(dy, N, heads * D, N))
    }
  }

  for (const [title, tuning] of LANES) {
    for (const source of ['swiglu', 'swiglu_back', 'rope_back'] as const) {
      test(`${source}, ${title}`, async () => {
        await made({ M: 6, K: 40, N: 32, source }, tuning)
        await made({ M: 3, K: 13, N: 24, source }, tuning)
      })
    }
  }
})

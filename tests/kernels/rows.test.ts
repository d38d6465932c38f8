import { describe, expect, test } from 'vitest'
import { embedGather, rowsAppend, rowsScatter, rowsSelect } from '../../src/ops/rows'
import { random, runOps } from '../helpers/gpu'
import { GPU_DTYPE, packed } from '../helpers/packed'

// Rows are copied: every comparison is exact.

describe('embedding rows gathered from a table in parts', () => {
  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    // Odd rows start in the middle of a word of packed halves.
    for (const C of [8, 7]) {
      test(`${dtype}, rows of ${C}`, async () => {
        const cuts = [0, 8, 24]
        const V = 31
        const parts = cuts.map((first, i) => ({ first, count: (cuts[i + 1] ?? V) - first }))
        const tables = parts.map(({ count }, i) => packed(random(count * C, i + 1), dtype))
        const ids = Int32Array.of(0, 7, 8, 23, 24, 30, 8, 8, 1)
        const [t0, t1, t2] = tables.map(({ words }, i) => ({
          data: words,
          dtype: GPU_DTYPE[dtype],
          shape: [parts[i].count, C],
        }))
        const out = await runOps(
          { ids: { data: ids }, t0, t1, t2, out: { data: new Float32Array(ids.length * C).fill(NaN) } },
          (r, t) =>
            embedGather(r, {
              ids: t.ids,
              parts: [t.t0, t.t1, t.t2].map((tensor, i) => ({ tensor, ...parts[i] })),
              out: t.out,
              M: ids.length,
              C,
            }),
        )
        const all = tables.flatMap(({ values }) => [...values])
        expect([...out.out]).toEqual([...ids].flatMap((id) => all.slice(id * C, id * C + C)))
      })
    }
  }
})

test('trained rows selected with what the last layer adds', async () => {
  const [M, C] = [9, 5]
  const [x, delta] = [random(M * C, 1), random(M * C, 2)]
  const chosen = Int32Array.of(8, 0, 3, 3)
  const out = await runOps(
    {
      chosen: { data: chosen },
      x: { data: x },
      delta: { data: delta },
      out: { data: new Float32Array(chosen.length * C) },
    },
    (r, t) => rowsSelect(r, { chosen: t.chosen, x: t.x, delta: t.delta, out: t.out, rows: chosen.length, C }),
  )
  const want = [...chosen].flatMap((m) =>
    Array.from({ length: C }, (_, i) => Math.fround(x[m * C + i] + delta[m * C + i])),
  )
  expect([...out.out]).toEqual(want)
})

test('gradients scattered to their rows, zeros to the others', async () => {
  const [M, C] = [7, 3]
  const trained = Int32Array.of(-1, 2, -1, 0, 1, -1, -1)
  const d = random(3 * C, 1)
  const out = await runOps(
    { trained: { data: trained }, d: { data: d }, out: { data: new Float32Array(M * C).fill(NaN) } },
    (r, t) => rowsScatter(r, { trained: t.trained, d: t.d, out: t.out, M, C }),
  )
  expect([...out.out]).toEqual(
    [...trained].flatMap((row) => (row < 0 ? Array(C).fill(0) : [...d.slice(row * C, row * C + C)])),
  )
})

test("selecting and scattering are each other's transpose", async () => {
  const [M, C, rows] = [6, 4, 3]
  const chosen = Int32Array.of(5, 1, 2)
  const trained = new Int32Array(M).fill(-1)
  chosen.forEach((m, i) => (trained[m] = i))
  const [x, y] = [random(M * C, 1), random(rows * C, 2)]
  const out = await runOps(
    {
      chosen: { data: chosen },
      trained: { data: trained },
      x: { data: x },
      zero: { data: new Float32Array(M * C) },
      y: { data: y },
      selected: { data: new Float32Array(rows * C) },
      scattered: { data: new Float32Array(M * C) },
    },
    (r, t) => {
      rowsSelect(r, { chosen: t.chosen, x: t.x, delta: t.zero, out: t.selected, rows, C })
      rowsScatter(r, { trained: t.trained, d: t.y, out: t.scattered, M, C })
    },
  )
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0)
  expect(inner(out.selected, y)).toBeCloseTo(inner(x, out.scattered), 10)
})

test('a cache is written where it goes on, and nowhere else', async () => {
  const [x, cache] = [random(10, 1), random(40, 2)]
  const out = await runOps({ x: { data: x }, cache: { data: cache } }, (r, t) =>
    rowsAppend(r, { x: t.x, cache: t.cache, n: 10, first: 17 }),
  )
  expect([...out.cache]).toEqual([...cache.slice(0, 17), ...x, ...cache.slice(27)])
})

test('more workgroups than one dimension of a dispatch holds', async () => {
  const n = 65535 * 64 + 1000
  const x = Float32Array.from({ length: n }, (_, i) => i)
  const out = await runOps({ x: { data: x }, cache: { data: new Float32Array(n) } }, (r, t) =>
    rowsAppend(r, { x: t.x, cache: t.cache, n, first: 0 }),
  )
  expect(out.cache.findIndex((v, i) => v !== x[i])).toBe(-1)
})

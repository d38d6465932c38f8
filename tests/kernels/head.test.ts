import { describe, expect, test } from 'vitest'
import type { FloatDtype } from '../../src/formats/floats'
import type { Recorder } from '../../src/gpu/recorder'
import type { Tensor } from '../../src/gpu/tensor'
import { headLogits, headLoss, headReference, lossSum } from '../../src/ops/head'
import { matmulReference } from '../../src/ops/matmul'
import type { TablePart } from '../../src/ops/rows'
import type { Tuning } from '../../src/gpu/tuning'
import { differences } from '../helpers/differences'
import { F32_SUMS, random, relativeError, ROW_TUNINGS, runOps, type Input } from '../helpers/gpu'
import { GPU_DTYPE, packed } from '../helpers/packed'
import { runWords, statsWords } from '../helpers/step-words'

/** A table [V, C] cut after `cuts` rows, as inputs `part0`, `part1`... */
function tableParts(
  table: Float32Array,
  C: number,
  cuts: number[],
  dtype: FloatDtype,
): { inputs: Record<string, Input>; values: Float32Array; firsts: number[] } {
  const V = table.length / C
  const firsts = [0, ...cuts]
  const inputs: Record<string, Input> = {}
  const values = new Float32Array(table.length)
  firsts.forEach((first, i) => {
    const count = (firsts[i + 1] ?? V) - first
    const part = packed(table.slice(first * C, (first + count) * C), dtype)
    inputs[`part${i}`] = { data: part.words, dtype: GPU_DTYPE[dtype], shape: [count, C] }
    values.set(part.values, first * C)
  })
  return { inputs, values, firsts }
}

interface Case {
  rows: number
  C: number
  V: number
  cuts?: number[]
  dtype?: FloatDtype
  hidden?: Float32Array
  table?: Float32Array
  targets?: Int32Array
}

/** Rows of the vocabulary a chunk: fewer than devices take, so that several chunks stay quick. */
const HEAD_CHUNK = 512

const SCALE = Math.fround(1 / 7)

async function runHead(
  c: Case,
  tuning?: Partial<Tuning>,
): Promise<{ out: Record<string, Float32Array>; want: ReturnType<typeof headReference> }> {
  const { rows, C, V } = c
  const { inputs, values, firsts } = tableParts(c.table ?? random(V * C, 2), C, c.cuts ?? [], c.dtype ?? 'F32')
  const hidden = c.hidden ?? random(rows * C, 1, 2)
  // Targets at both ends and at each cut, then anywhere.
  const targets =
    c.targets ?? Int32Array.from({ length: rows }, (_, i) => [V - 1, 0, ...(c.cuts ?? [])][i] ?? (i * 7919) % V)
  const blank = (n: number): Input => ({ data: new Float32Array(n).fill(NaN) })
  const out = await runOps<string>(
    {
      ...inputs,
      hidden: { data: hidden },
      targets: { data: targets },
      losses: blank(rows * 4),
      alone: blank(rows * 4),
      dh: blank(rows * C),
      run: { data: runWords({ loss_scale: SCALE }) },
      logits: blank(rows * Math.min(V, HEAD_CHUNK)),
      state: blank(rows * 4),
      rowScale: blank(rows),
      spread: blank(rows),
      targetRows: blank(rows * C),
    },
    (r: Recorder, t: Record<string, Tensor>) => {
      const parts: TablePart[] = firsts.map((first, i) => ({
        tensor: t[`part${i}`],
        first,
        count: (firsts[i + 1] ?? V) - first,
      }))
      const common = {
        hidden: t.hidden,
        targets: t.targets,
        parts,
        rows,
        C,
        scratch: { logits: t.logits, state: t.state, rowScale: t.rowScale, spread: t.spread, targetRows: t.targetRows },
      }
      headLoss(r, { ...common, losses: t.alone })
      headLoss(r, { ...common, losses: t.losses, gradient: { dh: t.dh, run: t.run } })
    },
    { ...tuning, headChunk: HEAD_CHUNK },
  )
  return { out, want: headReference(hidden, values, targets, { rows, C, V, scale: SCALE }) }
}

const column = (losses: Float32Array, which: number) => losses.filter((_, i) => i % 4 === which)

for (const tuning of ROW_TUNINGS) {
  describe(`${tuning.rowLanes} invocations a row`, () => {
    const cases: [string, Case][] = [
      ['one row, odd vocabulary', { rows: 1, C: 7, V: 13 }],
      ['a vocabulary of more than a workgroup', { rows: 5, C: 12, V: 257 }],
      ['three chunks, the last of 13', { rows: 9, C: 8, V: 2 * HEAD_CHUNK + 13 }],
      ['three parts, f32', { rows: 6, C: 10, V: 101, cuts: [40, 88] }],
      ['three parts, bf16, odd rows', { rows: 6, C: 9, V: 101, cuts: [40, 88], dtype: 'BF16' }],
      [
        'two parts, f16, several chunks each',
        { rows: 4, C: 4, V: 2 * HEAD_CHUNK + 40, cuts: [HEAD_CHUNK + 8], dtype: 'F16' },
      ],
    ]
    for (const [name, c] of cases) {
      test(name, async () => {
        const { out, want } = await runHead(c, tuning)
        expect(relativeError(column(out.losses, 0), want.losses)).toBeLessThan(F32_SUMS)
        expect([...column(out.losses, 1)]).toEqual(want.right.map(Number))
        expect(relativeError(column(out.losses, 2), want.entropies)).toBeLessThan(F32_SUMS)
        expect([...out.alone]).toEqual([...out.losses])
        expect(relativeError(out.dh, want.dh)).toBeLessThan(F32_SUMS)
      })
    }

    test('of equal logits the lowest token is the answer: in a chunk, over lanes, chunks and parts', async () => {
      const V = HEAD_CHUNK + 300
      for (const [low, high] of [
        [3, 4],
        [5, 69],
        [70, 6 + 128],
        [9, HEAD_CHUNK + 2],
        [100, HEAD_CHUNK + 299],
      ]) {
        // Whole numbers: both logits are exactly 8.
        const table = new Float32Array(V * 4)
        for (const v of [low, high]) table.set([1, 2, 3, 2], v * 4)
        const hidden = Float32Array.of(1, 1, 1, 1, 1, 1, 1, 1)
        const { out } = await runHead(
          { rows: 2, C: 4, V, cuts: [HEAD_CHUNK + 8], table, hidden, targets: Int32Array.of(low, high) },
          tuning,
        )
        expect([...column(out.losses, 1)], `${low} and ${high}`).toEqual([1, 0])
      }
    })

    test('logits so large that a chunk outdoes all before it', async () => {
      const [rows, C, V] = [3, 4, HEAD_CHUNK + 50]
      const table = random(V * C, 4, 0.1)
      table.fill(30, (HEAD_CHUNK + 7) * C, (HEAD_CHUNK + 8) * C)
      const { out, want } = await runHead(
        {
          rows,
          C,
          V,
          table,
          hidden: new Float32Array(rows * C).fill(1),
          targets: Int32Array.of(HEAD_CHUNK + 7, 1, V - 1),
        },
        tuning,
      )
      // The first row's loss is nothing: compared on the scale of the others. Every entropy is nothing: the winner
      // takes all.
      expect(relativeError(column(out.losses, 0), want.losses)).toBeLessThan(F32_SUMS)
      for (const [row, entropy] of column(out.losses, 2).entries())
        expect(Math.abs(entropy - want.entropies[row])).toBeLessThan(1e-6)
      expect(relativeError(out.dh, want.dh)).toBeLessThan(F32_SUMS)
    })
  })
}

test('logits of a table in parts, without its scratch', async () => {
  const [rows, C, V] = [3, 9, 53]
  const { inputs, values, firsts } = tableParts(random(V * C, 2), C, [16, 40], 'BF16')
  const hidden = random(rows * C, 1)
  const out = await runOps<string>(
    { ...inputs, hidden: { data: hidden }, logits: { data: new Float32Array(rows * V).fill(NaN) } },
    (r, t) =>
      headLogits(r, {
        hidden: t.hidden,
        parts: firsts.map((first, i) => ({ tensor: t[`part${i}`], first, count: (firsts[i + 1] ?? V) - first })),
        logits: t.logits,
        rows,
        C,
        V,
      }),
  )
  expect(
    relativeError(out.logits, matmulReference(hidden, values, { M: rows, N: V, K: C, bTransposed: true })),
  ).toBeLessThan(F32_SUMS)
})

describe('losses add up onto the window', () => {
  for (const rows of [0, 1, 63, 65, 200]) {
    test(`${rows} rows`, async () => {
      const losses = random(Math.max(1, rows) * 4, 3).map(Math.abs)
      const before = { loss: 3, mean_token_accuracy: 5, grad_norm: 7, clip: 9, entropy: 11 }
      const out = await runOps(
        {
          losses: { data: losses },
          run: { data: runWords({ loss_scale: 0.25, seed: 9, micro_step: 9, batch_scale: 0.5 }) },
          stats: { data: statsWords(before) },
        },
        (r, t) => lossSum(r, { losses: t.losses, run: t.run, stats: t.stats, rows }),
      )
      const sum = (which: number) =>
        losses.slice(0, rows * 4).reduce((total, v, i) => (i % 4 === which ? total + v : total), 0)
      const after = { loss: 3 + sum(0) / 4, mean_token_accuracy: 5 + sum(1) / 2, entropy: 11 + sum(2) / 2 }
      expect(relativeError(out.stats, statsWords({ ...before, ...after }))).toBeLessThan(F32_SUMS)
    })
  }
})

test('the twin equals finite differences', () => {
  const o = { rows: 2, C: 5, V: 11, scale: 0.3 }
  const hidden = Float64Array.from(random(10, 1))
  const table = random(55, 2)
  const { dh } = headReference(hidden, table, [3, 10], o)
  const loss = () => headReference(hidden, table, [3, 10], o).losses.reduce((a, b) => a + b, 0) * o.scale
  for (const { at, slope } of differences(hidden, loss, 10)) expect(dh[at]).toBeCloseTo(slope, 7)
})

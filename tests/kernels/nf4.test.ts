import { describe, expect, test } from 'vitest'
import { dequantizeBlocks, nf4Midpoints, quantizeBlocks } from '../../src/formats/nf4'
import { nf4Absmax, nf4Dequantize, nf4Encode } from '../../src/ops/nf4'
import { random, runOps, wordsOf } from '../helpers/gpu'
import { hostNf4 } from '../helpers/nf4-weight'
import { packed } from '../helpers/packed'

const bits = (values: Float32Array) => [...wordsOf(values)]
const FORMATS = { F32: 'f32', BF16: 'bf16', F16: 'half' } as const

describe('absmax and codes equal the host, bit for bit', () => {
  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    // Whole blocks, and counts that end within a block, a word and a byte; the short last block's codes are the host's
    // to make.
    for (const n of [64, 640, 64 * 70, 100, 77]) {
      test(`${n} elements of ${dtype}`, async () => {
        const source = packed(random(n, 3, 2), dtype)
        // A block of zeros, and one in which one sign is alone.
        if (n > 300) source.values.fill(0, 64, 128)
        if (n > 300) source.words.fill(0, (64 * (dtype === 'F32' ? 4 : 2)) / 4, (128 * (dtype === 'F32' ? 4 : 2)) / 4)
        const blocks = Math.ceil(n / 64)
        const whole = Math.floor(n / 64) * 64
        const want = quantizeBlocks(source.values.slice(0, whole))
        const lastOfAll = source.values
          .slice(0, n)
          .subarray(whole)
          .reduce((most, v) => Math.max(most, Math.abs(v)), 0)
        const reciprocal = Float32Array.from({ length: blocks }, (_, i) =>
          i < whole / 64 ? 1 / Math.max(want.absmax[i], Math.fround(1e-38)) : 1,
        )
        const out = await runOps(
          {
            source: { data: source.words },
            absmax: { data: new Float32Array(blocks).fill(NaN) },
            reciprocal: { data: reciprocal },
            thresholds: { data: nf4Midpoints },
            weight: { data: new Uint32Array(Math.ceil(n / 8) + 3) },
          },
          (r, t) => {
            nf4Absmax(r, { source: t.source, format: FORMATS[dtype], absmax: t.absmax, n })
            nf4Encode(r, {
              source: t.source,
              format: FORMATS[dtype],
              reciprocal: t.reciprocal,
              thresholds: t.thresholds,
              weight: t.weight,
              n: whole,
              wordAt: 3,
            })
          },
        )
        expect([...out.absmax]).toEqual([...want.absmax, ...(n > whole ? [lastOfAll] : [])])
        const codes = new Uint8Array(wordsOf(out.weight).slice(3).buffer, 0, whole / 2)
        expect([...codes]).toEqual([...want.codes])
      })
    }
  }

  test('values on and beside every midpoint', async () => {
    const f32 = new Float32Array(1)
    const word = new Uint32Array(f32.buffer)
    const beside = (v: number, step: number): number => {
      f32[0] = v
      word[0] += step
      return f32[0]
    }
    for (const absmax of [1, 3, Math.fround(0.7)]) {
      const values = new Float32Array(64)
      values.set(
        [...nf4Midpoints].flatMap((m) => [m, beside(m, 1), beside(m, -1)].map((v) => v * absmax)),
        1,
      )
      values[0] = absmax
      const want = quantizeBlocks(values)
      const out = await runOps(
        {
          source: { data: values },
          reciprocal: { data: Float32Array.of(1 / absmax) },
          thresholds: { data: nf4Midpoints },
          weight: { data: new Uint32Array(8) },
        },
        (r, t) =>
          nf4Encode(r, {
            source: t.source,
            format: 'f32',
            reciprocal: t.reciprocal,
            thresholds: t.thresholds,
            weight: t.weight,
            n: 64,
            wordAt: 0,
          }),
      )
      expect([...new Uint8Array(wordsOf(out.weight).slice().buffer)]).toEqual([...want.codes])
    }
  })
})

describe('dequantised', () => {
  for (const nested of [false, true]) {
    // A count that is a multiple of 8 takes the vector path, others the scalar one; 300 blocks need two nested scales.
    for (const n of [8, 64, 64 * 300, 83 * 199, 77, 3]) {
      test(`${n} elements${nested ? ', nested' : ''}`, async () => {
        const weight = hostNf4(random(n, 5, 0.3), nested)
        const out = await runOps({ w: { data: weight.words }, out: { data: new Float32Array(n).fill(NaN) } }, (r, t) =>
          nf4Dequantize(r, {
            weight: { kind: 'nf4', N: 1, K: n, buffer: t.w.buffer!, ...weight },
            out: t.out,
            first: 0,
            n,
          }),
        )
        if (!nested) expect(bits(out.out)).toEqual(bits(weight.values))
        // scale = map * nested + offset: a GPU may fuse the two, which rounds once instead of twice; a bit of the
        // scale's last place at most, where neither part is much larger than the sum.
        else expect(worstRatio(out.out, weight.values)).toBeLessThan(2 ** -21)
      })
    }

    test(`a piece from the middle${nested ? ', nested' : ''}`, async () => {
      const weight = hostNf4(random(64 * 20 + 13, 6), nested)
      for (const [first, n] of [
        [8, 56],
        [200, 333],
        [64 * 20 + 8, 5],
      ]) {
        const out = await runOps({ w: { data: weight.words }, out: { data: new Float32Array(n).fill(NaN) } }, (r, t) =>
          nf4Dequantize(r, {
            weight: { kind: 'nf4', N: 1, K: n, buffer: t.w.buffer!, ...weight },
            out: t.out,
            first,
            n,
          }),
        )
        expect(worstRatio(out.out, weight.values.subarray(first, first + n))).toBeLessThan(2 ** -21)
      }
    })
  }

  test('each of the sixteen codes in each place of a word', async () => {
    const codes = Uint8Array.from({ length: 64 }, (_, i) => ((i % 16) << 4) | ((i + Math.floor(i / 16) * 5 + 3) % 16))
    const weight = hostNf4(new Float32Array(128).fill(1), false)
    new Uint8Array(weight.words.buffer).set(codes, weight.layout.codeAt * 4)
    const out = await runOps({ w: { data: weight.words }, out: { data: new Float32Array(128) } }, (r, t) =>
      nf4Dequantize(r, {
        weight: { kind: 'nf4', N: 1, K: 128, buffer: t.w.buffer!, ...weight },
        out: t.out,
        first: 0,
        n: 128,
      }),
    )
    expect(bits(out.out)).toEqual(bits(dequantizeBlocks(codes, Float32Array.of(1, 1), 128)))
  })
})

/** Largest |a - b| / |b|, where b is 0 largest |a|; NaN stays NaN. */
function worstRatio(a: Float32Array, b: Float32Array): number {
  return b.reduce(
    (worst, want, i) => Math.max(worst, want === 0 ? Math.abs(a[i]) : Math.abs(a[i] - want) / Math.abs(want)),
    0,
  )
}

import { describe, expect, it } from 'vitest'
import { groupedByLength } from '../../src/data/batches'
import { RowFormats } from '../../src/data/mapping'
import { packLines } from '../../src/data/packing'
import { toExample } from '../../src/data/shapes'
import { Fields } from '../../src/data/shapes/fields'
import type { RowValue } from '../../src/data/source-row'
import { type LossOptions, tokenizeExample } from '../../src/data/tokenize-row'
import { torchPermutation } from '../../src/data/torch-random'
import { TuneError } from '../../src/errors'
import { finished, tinyTokenizer, tokenGolden } from '../helpers/data'

/** Written by tools/reference/tokens_reference.py with the versions it names in `made_by`. */
interface Golden {
  templates: Record<string, string>
  rows: Record<string, RowValue[]>
  cases: {
    name: string
    tokenizer: string
    template: string
    options: LossOptions
    rows: string
    expected: { row: number; input_ids: number[]; trained: [number, number][] }[]
  }[]
  texts: Record<string, { text: string; ids: number[]; decoded: string }[]>
  orders: {
    permutations: { n: number; seed: number; order: number[] }[]
    lengths: number[]
    grouped: { batch: number; seed: number; epochs: number[][] }[]
    packed: { max_length: number; lines: number[][] }[]
  }
}

const golden = tokenGolden<Golden>()

function trainedSpans(labels: Int32Array): [number, number][] {
  const spans: [number, number][] = []
  labels.forEach((label, i) => {
    if (label === -100) return
    const last = spans.at(-1)
    if (last?.[1] === i) last[1] = i + 1
    else spans.push([i, i + 1])
  })
  return spans
}

describe('ids and labels are those of trl', () => {
  for (const one of golden.cases) {
    it(one.name, async () => {
      const tokenizer = await tinyTokenizer(one.tokenizer, golden.templates[one.template])
      const rows = golden.rows[one.rows]
      const formats = new RowFormats(undefined, rows)
      const got = rows.flatMap((value, i) => {
        try {
          const fields = new Fields(i + 1, value)
          const { row } = finished(
            tokenizeExample(i + 1, toExample(fields, formats.of(fields)), tokenizer, one.options),
          )
          return [{ row: row.row, input_ids: [...row.inputIds], trained: trainedSpans(row.labels) }]
        } catch (error) {
          expect(error).toBeInstanceOf(TuneError)
          expect((error as TuneError).code).toBe('data-row-masked')
          return []
        }
      })
      expect(got.map((row) => row.row)).toEqual(one.expected.map((row) => row.row))
      got.forEach((row, i) => expect(row, `row ${row.row}`).toEqual(one.expected[i]))
    })
  }
})

describe('texts become the ids that transformers gives', () => {
  for (const [kind, texts] of Object.entries(golden.texts)) {
    it(kind, async () => {
      const tokenizer = await tinyTokenizer(kind, null)
      for (const { text, ids, decoded } of texts) {
        expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(ids)
        // The library's decoder of byte tokens drops a byte-order mark in the middle of a text.
        if (kind === 'spm' && text.includes('\ufeff')) continue
        expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded)
      }
    })
  }
})

describe('orders', () => {
  it.each(golden.orders.permutations)('torch.randperm($n) under seed $seed', ({ n, seed, order }) => {
    expect(torchPermutation(n, seed)).toEqual(order)
  })
  it.each(golden.orders.grouped)('group_by_length in batches of $batch under seed $seed', ({ batch, seed, epochs }) => {
    expect(epochs.map((_, epoch) => groupedByLength(golden.orders.lengths, batch, seed, epoch))).toEqual(epochs)
  })
  it.each(golden.orders.packed)('best-fit decreasing into $max_length', ({ max_length, lines }) => {
    expect(packLines(golden.orders.lengths, max_length)).toEqual(lines)
  })
})

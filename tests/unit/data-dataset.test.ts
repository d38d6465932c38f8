import { describe, expect, it } from 'vitest'
import { type DatasetOptions, loadDataset } from '../../src/data'
import { histogram } from '../../src/data/summary'
import { gzip, memoryFile, tinyTokenizer, tokenGolden } from '../helpers/data'

const { templates } = tokenGolden<{ templates: Record<string, string> }>()

async function load(content: string | Uint8Array, options: Partial<DatasetOptions> = {}) {
  const tokenizer = await tinyTokenizer('qwen', templates.qwen2_5)
  return loadDataset(memoryFile('clinic.json', content), tokenizer, { max_length: 512, ...options })
}

const pairs = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ patient_query: `问题 ${i}`, doctor_response: `回答 ${i}。`, id: i }))

describe('a data set', () => {
  it('keeps what can be used and lists the rest with reasons', async () => {
    const rows = [...pairs(3), { patient_query: '只有问题' }, { doctor_response: 'x' }, ...pairs(2)]
    const { rows: kept, facts } = await load(JSON.stringify(rows))
    expect(kept.map((row) => row.row)).toEqual([1, 2, 3, 6, 7])
    expect(facts).toMatchObject({
      name: 'clinic.json',
      mapping: { format: 'columns', user: 'patient_query', assistant: 'doctor_response' },
      columns: ['patient_query', 'doctor_response', 'id'],
      examples: { patient_query: '问题 0', id: '0' },
      rowsRead: 7,
      rowsKept: 5,
      badRowCount: 2,
      prompts: ['问题 0', '问题 1', '问题 2'],
    })
    expect(facts.badRows.map(({ row, error }) => [row, error.code])).toEqual([
      [4, 'data-row-missing-field'],
      [5, 'data-row-missing-field'],
    ])
    expect(facts.totalTokens).toBe(kept.reduce((sum, row) => sum + row.inputIds.length, 0))
    expect(facts.trainedTokens).toBe(
      kept.reduce((sum, row) => sum + row.labels.filter((label) => label >= 0).length, 0),
    )
    expect(facts.histogram.reduce((sum, bar) => sum + bar.count, 0)).toBe(5)
  })
  it('follows a mapping that a person chose', async () => {
    const mapping = { format: 'columns' as const, user: 'doctor_response', assistant: 'patient_query' }
    const { facts } = await load(JSON.stringify(pairs(2)), { mapping })
    expect(facts.mapping).toEqual(mapping)
    expect(facts.prompts).toEqual(['回答 0。', '回答 1。'])
  })
  it('keeps nothing and names the columns where it cannot tell', async () => {
    const { rows, facts } = await load('[{"a": "x", "b": "y", "c": "z"}]')
    expect(rows).toEqual([])
    expect(facts).toMatchObject({
      mapping: { format: 'unknown' },
      columns: ['a', 'b', 'c'],
      rowsRead: 1,
      badRowCount: 0,
    })
  })
  it('cuts on the right, counts what it cut and drops what has nothing left to train', async () => {
    const long = await load(JSON.stringify(pairs(4)))
    const length = long.rows[0].inputIds.length
    const cut = await load(JSON.stringify(pairs(4)), { max_length: length - 3 })
    expect(cut.facts).toMatchObject({ truncatedRows: 4, longest: length, rowsKept: 4 })
    expect([...cut.rows[0].inputIds]).toEqual([...long.rows[0].inputIds.slice(0, -3)])
    const none = await load(JSON.stringify(pairs(4)), { max_length: 10 })
    expect(none.facts).toMatchObject({ rowsKept: 0, badRowCount: 4 })
    expect(none.facts.badRows[0].error.code).toBe('data-row-masked')
  })
  it('reads past its sample, reports progress and lists at most 1000 bad rows', async () => {
    const lines = pairs(2500).map((row, i) => (i % 2 ? JSON.stringify(row) : '{broken'))
    const seen: number[] = []
    const { facts, rows } = await load(gzip(lines.join('\n')), { onProgress: ({ rowsRead }) => seen.push(rowsRead) })
    expect(facts).toMatchObject({ rowsRead: 2500, rowsKept: 1250, badRowCount: 1250 })
    expect(facts.badRows).toHaveLength(1000)
    expect(rows.at(-1)?.row).toBe(2500)
    expect(seen.at(-1)).toBe(2500)
  })
  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const content = pairs(20_000)
      .map((row) => JSON.stringify(row))
      .join('\n')
    await expect(load(content, { signal: stop.signal, onProgress: () => stop.abort() })).rejects.toThrow(/abort/i)
  })
  it('needs a template for conversations only', async () => {
    const bare = await tinyTokenizer('qwen', null)
    const file = (content: unknown[]) => memoryFile('x.json', JSON.stringify(content))
    await expect(loadDataset(file(pairs(1)), bare, { max_length: 99 })).rejects.toMatchObject({
      code: 'data-template-missing',
    })
    const { facts } = await loadDataset(file([{ text: 'plain text' }]), bare, { max_length: 99 })
    expect(facts.rowsKept).toBe(1)
  })
})

describe('the histogram', () => {
  it('has round bars that hold every length in (from, to]', () => {
    for (const lengths of [[7], [1, 2, 3], [10, 20, 20, 4096], Array.from({ length: 500 }, (_, i) => 30 + i)]) {
      const bars = histogram(lengths)
      expect(bars.length).toBeLessThanOrEqual(26)
      for (const { from, to, count } of bars) {
        expect(lengths.filter((length) => length > from && length <= to)).toHaveLength(count)
        expect(/^[125]0*$/.test(String(to - from))).toBe(true)
      }
      expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(lengths.length)
    }
    expect(histogram([])).toEqual([])
  })
})

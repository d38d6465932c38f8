import { describe, expect, it } from 'vitest'
import { readRows, type SourceRow } from '../../src/data'
import { ArrayScanner } from '../../src/data/readers/array-scanner'
import { linesOf } from '../../src/data/readers/lines'
import { ValueCutter } from '../../src/data/readers/value-cutter'
import type { ByteSource } from '../../src/contracts/bytes'
import { gzip, memoryFile } from '../helpers/data'
import foreign from '../golden/data/files/foreign.json'

async function all(source: ByteSource, signal?: AbortSignal): Promise<SourceRow[]> {
  const rows: SourceRow[] = []
  for await (const row of readRows(source, { signal })) rows.push(row)
  return rows
}

const read = (content: string | Uint8Array, name = 'data.json') => all(memoryFile(name, content))
const codes = (rows: SourceRow[]) => rows.map((row) => [row.row, 'error' in row ? row.error.code : 'ok'])
const utf16 = (text: string) => new Uint8Array(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]))

describe('JSON arrays', () => {
  it('give their elements with their numbers', async () => {
    expect(await read(' [ {"a": 1}, {"a": "x, ]} \\" 你"} ,{"a": [{"b": []}]}]\n')).toEqual([
      { row: 1, value: { a: 1 } },
      { row: 2, value: { a: 'x, ]} " 你' } },
      { row: 3, value: { a: [{ b: [] }] } },
    ])
    expect(await read('[]')).toEqual([])
  })
  it('keep going after a broken element', async () => {
    expect(codes(await read('[{"a": 1}, {"a": oops}, 7, {"a": 2},]'))).toEqual([
      [1, 'ok'],
      [2, 'data-row-json'],
      [3, 'data-row-not-object'],
      [4, 'ok'],
    ])
  })
  it('name the row and line where a cut-off file stops', async () => {
    await expect(read('[{"a": 1},\n{"a": 2},\n\n{"a": "never closed')).rejects.toMatchObject({
      code: 'data-json-cut',
      params: { row: 3, line: 4 },
    })
  })
  it('are named one by one where each of them is whole and yet no JSON', async () => {
    for (const text of ['{"a": oops}', '{"a": oops}\n{"a": oops}\n', '[{"a": oops}]']) {
      const rows = (await read(text)) as { row: number; error: { code: string } }[]
      expect(rows.map(({ row, error }) => [row, error.code])).toEqual(rows.map((_, i) => [i + 1, 'data-row-json']))
      expect(rows.length).toBe(text.split('oops').length - 1)
    }
    await expect(read('{"a": {"b": 1')).rejects.toMatchObject({ code: 'data-json-cut' })
  })
  it('are read on where one follows another, and refused where something else follows', async () => {
    expect(await read('[{"a": 1}]\n[{"a": 2}, {"a": 3}]\n')).toEqual([1, 2, 3].map((a) => ({ row: a, value: { a } })))
    for (const rest of ['{"a": 2}', ',\n{"a": 2}]', 'x']) {
      await expect(read(`[{"a": 1}]\n${rest}`)).rejects.toMatchObject({ code: 'data-json-after', params: { line: 2 } })
    }
  })
  it('are cut alike however the text is split', () => {
    const text = '[{"a": "q\\\\"}, [1, {"b": "]"}],\n "s,t", {"c": {"d": "\\"}"}}]'
    const whole = new ArrayScanner().feed(text)
    for (let size = 1; size < 9; size++) {
      const scanner = new ArrayScanner()
      const parts = []
      for (let i = 0; i < text.length; i += size) parts.push(...scanner.feed(text.slice(i, i + size)))
      expect(parts).toEqual(whole)
      expect(scanner.state).toBe('after')
    }
    expect(whole.map((part) => JSON.parse(part))).toHaveLength(4)
  })
})

describe('JSON lines', () => {
  it('number rows by line, blank ones included, and survive a broken one', async () => {
    const rows = await read('{"a": 1}\r\n\r\n{"a": }\n{"a": 2}\n{"a"', 'x.jsonl')
    expect(codes(rows)).toEqual([
      [1, 'ok'],
      [3, 'data-row-json'],
      [4, 'ok'],
      [5, 'data-row-json'],
    ])
  })
  it('survive a broken first line', async () => {
    expect(codes(await read('{"a": "b}\n{"a": 2}\n'))).toEqual([
      [1, 'data-row-json'],
      [2, 'ok'],
    ])
  })
  it('cross the borders of the pieces that are read', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => JSON.stringify({ text: `第 ${i} 行 🌞`.repeat(3) }))
    const rows = await read(lines.join('\n'))
    expect(rows).toHaveLength(30_000)
    expect(rows.at(-1)).toEqual({ row: 30_000, value: { text: '第 29999 行 🌞'.repeat(3) } })
  })
})

describe('values as people write them', () => {
  const ab = (...values: unknown[]) => values.map((a, i) => ({ row: i + 1, value: { a } }))
  it('in the spelling of Python, also with tuples and what numpy prints', async () => {
    expect(await read(`{'a': None, 'b': True}\n{'a': "it's", 'b': 'a "b" \\' \\x41\\u4f60\\n'}\n`, 'x.jsonl')).toEqual([
      { row: 1, value: { a: null, b: true } },
      { row: 2, value: { a: "it's", b: 'a "b" \' A你\n' } },
    ])
    expect(await read(`[{'a': ('x', 'y')}, {'a': array(['x', 'y'], dtype=object)}]`)).toEqual(
      ab(['x', 'y'], ['x', 'y']),
    )
    expect(await read(`[{'a': 'x'}\n {'a': "y's"}]`)).toEqual(ab('x', "y's"))
  })
  it('with commas too much, between lines too', async () => {
    expect(await read('{"a": "x",},\n{"a": "y"},\n', 'x.jsonl')).toEqual(ab('x', 'y'))
    expect(await read('\ufeff{"a": "x"}\n\ufeff{"a": "y"}\n', 'x.jsonl')).toEqual(ab('x', 'y'))
  })
  it('one after another in any layout, however the text is cut', async () => {
    const text = '{\n "a": "one {\\" two\nline"\n}{"a": [\n{"b": "}"}\n]}\n\r\n {"a": \'it\\\'s\'}\r{"a": 1}'
    const rows = ab('one {" two\nline', [{ b: '}' }], "it's", 1)
    expect(await read(text, 'x.jsonl')).toEqual(rows)
    for (let size = 1; size < 12; size++) {
      const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!
      const cutter = new ValueCutter()
      const found: unknown[] = []
      for await (const line of linesOf(
        (async function* () {
          yield* pieces
        })(),
      ))
        for (const cut of cutter.feed(line)) found.push((cut.result as { value: unknown }).value)
      const last = cutter.finish()
      if (last) found.push((last.result as { value: unknown }).value)
      expect(found).toEqual(rows.map((row) => row.value))
    }
  })
  it('and a broken one costs no other: raw breaks are told from texts that are never closed', async () => {
    const text = '{"a": "one\ntwo"}\n{"a": "open}\n{"a": "x"}\n{\n "a": [1\n{"a": "y"}\n{"a": {}}}\n{"a": "z"}'
    expect(codes(await read(text, 'x.jsonl'))).toEqual([
      [1, 'ok'],
      [2, 'data-row-json'],
      [3, 'ok'],
      [4, 'data-row-json'],
      [5, 'ok'],
      [6, 'ok'],
      [7, 'data-row-json'],
      [8, 'ok'],
    ])
  })
  it('is named with the place where it breaks', async () => {
    const [row] = (await read('{"a": "x" "b"}\n{"a": 1}', 'x.jsonl')) as {
      error: { params: object; message: string }
    }[]
    expect(row.error.params).toEqual({ row: 1, character: 11, found: '"b"}', isOpen: false })
    expect(row.error.message).toContain('at its character 11 stands "b"}')
  })
  it('are texts or cells without names where they are no objects', async () => {
    expect(await read('"one"\n"two"\n', 'x.jsonl')).toEqual(
      [1, 2].map((row) => ({ row, value: { text: ['one', 'two'][row - 1] } })),
    )
    const want = [
      { row: 1, value: { 0: 'q', 1: 'a' } },
      { row: 2, value: { 0: 'r', 1: 'b' } },
    ]
    expect(await read('[["q", "a"], ["r", "b"]]')).toEqual(want)
    expect(await read('["q", "a"]\n["r", "b"]\n', 'x.jsonl')).toEqual(want)
  })
})

describe('bare chats', () => {
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
  ]
  const conversations = [
    { from: 'human', value: 'a' },
    { from: 'gpt', value: 'b' },
  ]
  const line = JSON.stringify(messages)
  it('are a row each, on lines, in a list or alone', async () => {
    const want = (...rows: number[]) => rows.map((row) => ({ row, value: { messages } }))
    expect(await read(`${line}\n${line}\n`, 'x.jsonl')).toEqual(want(1, 2))
    expect(await read(`[${line},\n${line}]`)).toEqual(want(1, 2))
    expect(await read(JSON.stringify(messages, null, 2))).toEqual(want(1))
    expect(await read(JSON.stringify(conversations))).toEqual([{ row: 1, value: { conversations } }])
  })
  it('are left out with a reason where they are none', async () => {
    expect(codes(await read(`${line}\n[]\n[{"role": "user"}, 7]\n${line}`))).toEqual([
      [1, 'ok'],
      [2, 'data-row-not-object'],
      [3, 'data-row-not-object'],
      [4, 'ok'],
    ])
  })
})

describe('an object around the rows', () => {
  it('is opened behind a blank line and across the pieces that are read', async () => {
    expect(await read('\n{\n "data": [\n  {"a": 1},\n  {"a": 2}\n ]\n}')).toHaveLength(2)
    const rows = Array.from({ length: 30_000 }, (_, i) => ({ text: `第 ${i} 行`.repeat(8) }))
    expect(await read(JSON.stringify({ data: rows }))).toHaveLength(30_000)
  })
  it('is opened', async () => {
    expect(await read('{\n "version": 1,\n "data": [\n  {"a": 1},\n  {"a": 2}\n ]\n}')).toEqual([
      { row: 1, value: { a: 1 } },
      { row: 2, value: { a: 2 } },
    ])
    expect(await read('{"data": [{"a": 1}, {"a": 2}]}')).toHaveLength(2)
  })
  it('is a row itself when it looks like one', async () => {
    expect(await read('{"messages": [{"role": "user", "content": "x"}]}')).toHaveLength(1)
    expect(await read('{"a": 1}')).toEqual([{ row: 1, value: { a: 1 } }])
  })
})

describe('an object of parts', () => {
  const noted = async (value: unknown) => {
    const notes: [string, object][] = []
    const rows: unknown[] = []
    const file = memoryFile('x.json', JSON.stringify(value))
    for await (const one of readRows(file, { onNote: ({ code, params }) => notes.push([code, params]) })) {
      rows.push('value' in one ? one.value : one.error.code)
    }
    return { rows, notes }
  }
  const [a, b] = [
    { question: 'x', answer: 'y' },
    { question: 'u', answer: 'v' },
  ]
  it('gives the one for training, and says what is not read', async () => {
    expect(await noted({ test: [b], train: [a, a] })).toEqual({
      rows: [a, a],
      notes: [['data-splits', { file: 'x.json', read: 'train', others: ['test'] }]],
    })
    expect(
      (await noted({ train_sft: { question: ['x'], answer: ['y'] }, test_sft: { question: [], answer: [] } })).rows,
    ).toEqual([a])
    expect((await noted({ validation: [a] })).rows).toEqual([a])
  })
  it('gives the rows of a data set viewer, and says what it cut off or kept back', async () => {
    const page = { features: [{ name: 'question' }], rows: [{ row_idx: 0, row: a, truncated_cells: ['answer'] }] }
    expect(await noted({ ...page, num_rows_total: 300 })).toEqual({
      rows: [a],
      notes: [
        ['data-viewer-page', { file: 'x.json', rows: 1, total: 300 }],
        ['data-viewer-cut', { file: 'x.json', rows: 1 }],
      ],
    })
  })
  it('is turned the way that makes rows of known columns', async () => {
    expect((await noted({ q1: a, q2: b })).rows).toEqual([a, b])
    expect((await noted({ question: { i: 'x', k: 'u' }, answer: { i: 'y', k: 'v' } })).rows).toEqual([a, b])
    expect((await noted({ result: { rows: [a, b] }, status: 'ok' })).rows).toEqual([a, b])
    expect((await noted({ messages: [[{ role: 'user', content: 'x' }]], id: [1] })).rows).toEqual([
      { messages: [{ role: 'user', content: 'x' }], id: 1 },
    ])
  })
  it('and is a row itself where it is one', async () => {
    for (const row of [
      { instruction: 'List', output: ['a', 'b'] },
      { instruction: { task: 'sum' }, output: { sum: 3 } },
      { question: 'x', answers: [{ text: 'y' }] },
      { prompt: [{ role: 'user', content: 'x' }], completion: [{ role: 'assistant', content: 'y' }] },
    ]) {
      expect((await noted(row)).rows).toEqual([row])
    }
  })
})

describe('encodings', () => {
  it('reads UTF-8 with a mark, UTF-16 and gzip', async () => {
    const text = '{"a": "你好"}\n'
    const want = [{ row: 1, value: { a: '你好' } }]
    expect(await read(`\ufeff${text}`)).toEqual(want)
    expect(await read(utf16(text))).toEqual(want)
    expect(await read(gzip(text), 'x.jsonl.gz')).toEqual(want)
    expect(await read(gzip(`\ufeff[${text}]`))).toEqual(want)
  })
  it('names what it cannot read', async () => {
    await expect(read(gzip('[{"a": 1}]'.repeat(50)).slice(0, 30))).rejects.toMatchObject({ code: 'data-gzip' })
    await expect(read('')).rejects.toMatchObject({ code: 'data-empty' })
    await expect(read(' \n ')).rejects.toMatchObject({ code: 'data-empty' })
    await expect(read('just words')).rejects.toMatchObject({ code: 'data-not-json' })
  })
  it('stops when it is told to', async () => {
    const stop = new AbortController()
    stop.abort()
    await expect(all(memoryFile('x', '[{"a": 1}]'), stop.signal)).rejects.toThrow()
  })
})

it('every reader says what the numbers of its rows are', async () => {
  const numbering = async (name: string, text: string) => {
    let said: string | null = null
    const rows: number[] = []
    const options = { onNumbering: (one: string) => void (said = one) }
    for await (const one of readRows(memoryFile(name, text), options)) rows.push(one.row)
    return [said, ...rows]
  }
  const found = await Promise.all(
    [
      ['x.csv', 'q,a\n1,"2\n3"\n\n4,5\n'],
      ['x.tsv', '\nq\ta\n1\t2\n'],
      ['x.csv', 'sep=;\nq;a\n1;2\n'],
      ['x.jsonl', '{"a": 1}\n\n{"a": 2}\n'],
      ['x.jsonl', '{"a": oops}\n{"a":\n 2}\n{"a": 3}\n'],
      ['x.txt', 'one\n\ntwo\n'],
      ['x.json', '\n[\n{"a": 1},\n{"a": oops},\n{"a": 2}\n]'],
      ['x.json', '{\n"a": 1\n}\n{"a": 2}\n'],
      ['x.json', '{"data": [{"a": 1}, {"a": 2}]}'],
    ].map(([name, text]) => numbering(name, text)),
  )
  expect(found).toEqual([
    ['table', 2, 4],
    ['table', 3],
    ['table', 2],
    ['line', 1, 3],
    ['line', 1, 2, 4],
    ['line', 1, 3],
    ['place', 1, 2, 3],
    ['place', 1, 2],
    ['place', 1, 2],
  ])
})

describe('tables', () => {
  it('reads CSV with quotes and line breaks, counting as a spreadsheet does', async () => {
    const rows = await read('question,answer\r\n"a, ""b""","line\nbreak"\n只有一格\nq2,\n', 'x.csv')
    expect(rows[0]).toEqual({ row: 2, value: { question: 'a, "b"', answer: 'line\nbreak' } })
    expect(rows.slice(1)).toEqual([
      { row: 3, value: { question: '只有一格' } },
      { row: 4, value: { question: 'q2' } },
    ])
    expect(codes(await read('q,a\nx,y,z\nu,v\n', 'x.csv'))).toEqual([
      [2, 'data-row-cells'],
      [3, 'ok'],
    ])
  })
  it('reads TSV', async () => {
    expect(await read('patient_query\tdoctor_response\n头疼\t多休息', 'x.tsv')).toEqual([
      { row: 2, value: { patient_query: '头疼', doctor_response: '多休息' } },
    ])
  })
  it.each([
    ['a short file that ends with a line break', '\t', 'b', 'c'],
    ['commas in every cell', '\t', 'one, two, three', 'four, five, six'],
    ['semicolons', ';', 'one, two', 'three'],
    ['tabs among quoted tabs', '\t', '"x\ty\tz"', 'w'],
  ])('finds the separator in the header: %s', async (_, separator, prompt, completion) => {
    const [row] = await read(`prompt${separator}completion\n${prompt}${separator}${completion}\n`, 'x.tsv')
    expect(row).toEqual({ row: 2, value: { prompt: prompt.replaceAll('"', ''), completion } })
  })
  it('takes cells as they stand whose quotation mark does not enclose them', async () => {
    const notes: string[] = []
    const rows = async (text: string, name: string) => {
      const found: SourceRow[] = []
      for await (const one of readRows(memoryFile(name, text), { onNote: (note) => notes.push(note.code) }))
        found.push(one)
      return found.map((one) => ('value' in one ? Object.values(one.value) : one.error.code))
    }
    expect(
      await rows('q\ta\n"Nine" he said, "not ten"\tb\n"open\tc\n"whole\tcell"\td\n"x "" y"\te\n', 'x.tsv'),
    ).toEqual([
      ['"Nine" he said, "not ten"', 'b'],
      ['"open', 'c'],
      ['whole\tcell', 'd'],
      ['x " y', 'e'],
    ])
    expect(notes).toEqual(['data-table-literal'])
    expect(await rows('q,a\n"Nine" he said,b\nlast,"never closed\n', 'x.csv')).toEqual([
      ['"Nine" he said', 'b'],
      ['last', '"never closed'],
    ])
  })
  it('finds the separator that Excel names, and one among sentences', async () => {
    expect(await read('sep=;\nq;a\nx, y, z;b\n', 'x.csv')).toEqual([{ row: 2, value: { q: 'x, y, z', a: 'b' } }])
    const text = 'question, as asked, here;answer, too\n' + 'one, two, three;four\n'.repeat(3)
    expect((await read(text, 'x.csv'))[0]).toEqual({
      row: 2,
      value: { 'question, as asked, here': 'one, two, three', 'answer, too': 'four' },
    })
  })
  it('are read while they come in, whatever the border of two pieces cuts', async () => {
    const cells = Array.from({ length: 40_000 }, (_, i) => `"line ${i}, one\r\nline ""two""",${i}\r\n`)
    const rows = await read(`q,a\r\n${cells.join('')}`, 'x.csv')
    expect(rows).toHaveLength(40_000)
    expect(rows.at(-1)).toEqual({ row: 40_001, value: { q: 'line 39999, one\r\nline "two"', a: '39999' } })
  })
  it('leave out no words of a text without columns', async () => {
    const prose = 'Once, by the sea, there was a pier.\nIt was long, and grey, and cold.\n\nNobody came.\n'
    expect(await read(prose, 'story.txt')).toEqual([
      { row: 1, value: { text: 'Once, by the sea, there was a pier.' } },
      { row: 2, value: { text: 'It was long, and grey, and cold.' } },
      { row: 4, value: { text: 'Nobody came.' } },
    ])
  })
})

describe('one object alone in a file', () => {
  const q = (question: string, answer: string) => ({ question, answer })
  it.each<[string, unknown, unknown[]]>([
    [
      'pairs of a conversation',
      {
        conversations: [
          ['a', 'b'],
          ['c', 'd'],
        ],
      },
      [
        {
          conversations: [
            ['a', 'b'],
            ['c', 'd'],
          ],
        },
      ],
    ],
    ['texts by turns', { dialog: ['a', 'b', 'c'] }, [{ dialog: ['a', 'b', 'c'] }]],
    [
      'a conversation on its side',
      { messages: { role: ['user', 'assistant'], content: ['a', 'b'] } },
      [{ messages: { role: ['user', 'assistant'], content: ['a', 'b'] } }],
    ],
    [
      'rows under a name that says nothing',
      { data: [q('a', 'b'), q('c', 'd')], version: '1.0' },
      [q('a', 'b'), q('c', 'd')],
    ],
    ['columns as lists', { question: ['a', 'c'], answer: ['b', 'd'] }, [q('a', 'b'), q('c', 'd')]],
    ['columns within a column', { translation: { en: 'a', fr: 'b' } }, [{ en: 'a', fr: 'b' }]],
  ])('%s', async (_, value, rows) => {
    expect((await read(JSON.stringify(value), 'x.json')).map((one) => 'value' in one && one.value)).toEqual(rows)
  })
  it('rows of the dataset viewer, a line each', async () => {
    const line = (i: number) => JSON.stringify({ row_idx: i, row: q('a', `${i}`), truncated_cells: [] })
    expect(await read(`${line(0)}\n${line(1)}\n`, 'x.jsonl')).toEqual([
      { row: 1, value: q('a', '0') },
      { row: 2, value: q('a', '1') },
    ])
  })
})

describe('files that hold no text', () => {
  it.each([
    ['a.pdf', '%PDF-1.4', 'pdf'],
    ['a.csv', '\x89PNG\r\n', 'picture'],
    ['a.jpg', '\xff\xd8\xff\xe0', 'picture'],
    ['a.xlsx', 'PK\x03\x04', 'workbook'],
    ['a.csv', 'PK\x03\x04', 'workbook'],
    ['a.xls', '\xd0\xcf\x11\xe0', 'workbook'],
    ['a.docx', 'PK\x03\x04', 'document'],
    ['a.json', 'PK\x03\x04', 'zip'],
  ])('%s that begins with %j is refused as %s', async (name, head, kind) => {
    const bytes = Uint8Array.from(head, (letter) => letter.charCodeAt(0))
    await expect(read(bytes, name)).rejects.toMatchObject({ code: 'data-foreign', params: { kind } })
  })
  it.each(foreign.files)('$name is told to be of the kind $kind', async ({ name, kind, base64 }) => {
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
    await expect(read(bytes, name)).rejects.toMatchObject({ code: 'data-foreign', params: { kind } })
  })
  it('a pointer in place of a large file, and an archive within gzip', async () => {
    const pointer = 'version https://git-lfs/spec/v1\noid sha256:4d7a\nsize 12345\n'
    await expect(read(pointer, 'a.jsonl')).rejects.toMatchObject({ params: { kind: 'pointer' } })
    const tar = Buffer.from(foreign.files.find(({ name }) => name === 'train.tar')!.base64, 'base64')
    await expect(read(gzip(tar), 'a.tar.gz')).rejects.toMatchObject({ params: { kind: 'binary' } })
  })
  it('but not by a beginning that only looks alike', async () => {
    expect(await read('ORC,name\n1,x\n', 'a.csv')).toEqual([{ row: 2, value: { ORC: '1', name: 'x' } }])
    expect(await read('PK,name\n1,x\n', 'a.csv')).toEqual([{ row: 2, value: { PK: '1', name: 'x' } }])
  })
})

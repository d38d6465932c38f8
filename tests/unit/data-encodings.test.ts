import { describe, expect, it } from 'vitest'
import { loadDataset, readRows } from '../../src/data'
import { encodingNamed } from '../../src/data/encodings/names'
import { TuneError } from '../../src/errors'
import type { ErrorParams } from '../../src/errors'
import { memoryFile } from '../helpers/data'
import golden from '../golden/data/files/encodings.json'

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))

async function rowsOf(name: string, bytes: Uint8Array, encoding?: string) {
  const found: unknown[] = []
  const told: [string, string | null][] = []
  const onEncoding = (name: string, sample: string | null) => told.push([name, sample])
  for await (const one of readRows(memoryFile(name, bytes), { encoding, onEncoding })) {
    found.push('value' in one ? [one.value.question, one.value.answer] : one.error.code)
  }
  return { found, told }
}
/** What a file is refused for. */
async function refusal(name: string, bytes: Uint8Array, encoding?: string): Promise<TuneError> {
  const refused = await rowsOf(name, bytes, encoding).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(TuneError)
  return refused as TuneError
}

describe("files in the bytes of Python's codecs", () => {
  it.each(golden.files.filter(({ told }) => told === 'read'))('$name is read', async ({ name, base64, rows }) => {
    expect((await rowsOf(name, bytesOf(base64))).found).toEqual(rows)
  })
  it.each(golden.files)('$name is read under the name that Python gives its encoding', async (file) => {
    expect((await rowsOf(file.name, bytesOf(file.base64), file.codec)).found).toEqual(file.rows)
  })
  it.each(golden.files.filter(({ told }) => told === 'ask'))('$name is asked about', async (file) => {
    const { code, params } = await refusal(file.name, bytesOf(file.base64))
    expect(code).toBe('data-encoding-unclear')
    const { candidates } = params as unknown as ErrorParams<'data-encoding-unclear'>
    const right = candidates.find(({ encoding }) => encoding === encodingNamed(file.codec).replace('gbk', 'gb18030'))
    expect(right?.sample).toContain(file.rows[0][0])
    expect(candidates.length).toBeGreaterThan(1)
  })
})

describe('what is told', () => {
  const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

  it('a sample of what was found out, nothing of what is marked or UTF-8', async () => {
    const { base64 } = golden.files.find(({ name }) => name === 'ko.cp949.csv')!
    expect((await rowsOf('x.csv', bytesOf(base64))).told).toEqual([
      ['utf-8', null],
      ['euc-kr', expect.stringContaining('배는 언제 출발하나요?')],
    ])
    expect((await rowsOf('x.csv', latin('question,answer\na,b\n'))).told).toEqual([['utf-8', null]])
    expect((await rowsOf('x.csv', Uint8Array.of(0xef, 0xbb, 0xbf, ...latin('q,a\nb,c\n')))).told).toEqual([
      ['utf-8', null],
    ])
  })
  it('a question, before any row is kept', async () => {
    const { base64 } = golden.files.find(({ told }) => told === 'ask')!
    const { rows, facts } = await loadDataset(memoryFile('x.csv', bytesOf(base64)), null as never, { max_length: 64 })
    expect(rows).toEqual([])
    expect(facts).toMatchObject({ question: 'encoding', rowsRead: 0, badRowCount: 0 })
    expect(facts.encodings.map(({ encoding }) => encoding)).toContain('euc-kr')
  })
  it('a character that lies on the border of two pieces, behind a first piece of ASCII', async () => {
    // The first byte of 轮 in GBK is the last of the first piece: it may begin a character of UTF-8, so that it is held.
    const start = `question,answer\n${'a'.repeat((1 << 20) - 'question,answer\n'.length - 1)}`
    const { base64, rows } = golden.files.find(({ name }) => name === 'zh-Hans.gbk.csv')!
    const behind = bytesOf(base64).subarray('question,answer\n"'.length + 2)
    expect([...behind.subarray(0, 2)]).toEqual([0xc2, 0xd6])
    const unquoted = Buffer.from(Buffer.from(behind).toString('latin1').replaceAll('"', ''), 'latin1')
    const { found } = await rowsOf('x.csv', new Uint8Array(Buffer.concat([Buffer.from(start), unquoted])))
    expect(found[1]).toEqual(rows[1])
    expect((found[0] as string[])[0].replace(/^a+/, '')).toBe(rows[0][0].slice(1))
  })
  it('the place where UTF-8 is damaged: it is not taken for another encoding', async () => {
    const whole = new TextEncoder().encode('question,answer\n渡轮几点开？,九点\n博物馆？,不开\n')
    const damaged = whole.slice()
    damaged[whole.length - 3] = 0x2c
    expect(await refusal('x.csv', damaged)).toMatchObject({
      code: 'data-encoding',
      params: { encoding: 'UTF-8', line: 3 },
    })
    // As a text of another encoding (IBM 866) it would be likely enough.
    const french = new TextEncoder().encode('prénom,c\ncafé,d\nélève,été\nfrère,mère\n'.repeat(2))
    const odd = new Uint8Array([...french.subarray(0, 20), 0xfc, ...french.subarray(20)])
    expect(await refusal('x.csv', odd)).toMatchObject({ code: 'data-encoding', params: { byte: 20, line: 3 } })
    const cut = new Uint8Array([...new TextEncoder().encode('{"a": "你好吗，朋友'), 0xe5])
    expect(await refusal('x', cut)).toMatchObject({ code: 'data-encoding', params: { byte: cut.length, line: 1 } })
  })
  it('bytes that are no text in any encoding', async () => {
    const noise = Uint8Array.from({ length: 4000 }, (_, i) => 1 + ((i * 7919 + (i >> 3) * 104729) % 255))
    expect(await refusal('x.csv', noise)).toMatchObject({ code: 'data-encoding' })
    const zeros = noise.map((byte) => byte % 3 && byte)
    expect(await refusal('x.csv', zeros)).toMatchObject({ code: 'data-foreign', params: { kind: 'binary' } })
  })
  it('an encoding that does not exist, and one that does not fit', async () => {
    expect(await refusal('x.csv', latin('q,a\nb,c\n'), 'ebcdic-9')).toMatchObject({ code: 'data-encoding-unknown' })
    expect(await refusal('x.csv', latin('q,a\npr\xe9nom,c\n'), 'utf-8')).toMatchObject({
      code: 'data-encoding',
      params: { encoding: 'UTF-8', line: 2 },
    })
  })
})

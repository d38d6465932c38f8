import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goldenJson } from '../helpers/golden'
import { onlyLine, tune } from '../helpers/tune'

interface GoldenRow {
  key: number
  prompt: string
  instruction_id_list: string[]
  kwargs: object[]
  response: string
  strict: boolean[]
  loose: boolean[]
}

let dir: string
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'tunetab-score-'))))
afterAll(() => rmSync(dir, { recursive: true }))

const written = (name: string, text: string) => {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}
const lines = <T>(path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
const score = (answers: string, out: string) =>
  tune(['score', '--answers', answers, '--suite', 'ifeval', '--out', join(dir, out)])

describe('tune score --answers', { timeout: 60_000 }, () => {
  it('judges a file as the reference does, as JSON and as JSON lines', async () => {
    const golden = goldenJson<{ rates: Record<string, number>; rows: GoldenRow[] }>('scores/ifeval.json')
    const rows = golden.rows.map(({ strict: _s, loose: _l, ...row }) => row)
    const wanted = golden.rows.map(({ strict, loose }) => ({ strict, loose }))
    const asLines = written('answers.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const told = onlyLine<Record<string, unknown>>(await score(asLines, 'lines'))
    expect(told).toMatchObject({ suite: 'ifeval', rows: rows.length, judged: rows.length, left_out: 0 })
    expect(lines(join(dir, 'lines/verdicts.jsonl'))).toEqual(wanted)
    const scores = JSON.parse(readFileSync(join(dir, 'lines/scores.json'), 'utf8'))
    for (const [name, value] of Object.entries(golden.rates)) {
      expect(scores[name].value).toBeCloseTo(value, 12)
      expect(scores[name].n).toBe(name.startsWith('prompt') ? rows.length : wanted.flatMap((row) => row.strict).length)
      expect(scores[name].interval[0]).toBeLessThan(value)
      expect(scores[name].interval[1]).toBeGreaterThan(value)
    }
    await score(written('answers.json', JSON.stringify(rows)), 'array')
    expect(lines(join(dir, 'array/verdicts.jsonl'))).toEqual(wanted)
  })

  it('leaves out the rows that cannot be judged, each with its reason, and judges the others', async () => {
    const row = (rule: string, kwargs: unknown, response: unknown = 'A sentence about tools, 1.5 long.') => ({
      prompt: 'p',
      instruction_id_list: [rule],
      kwargs: kwargs === undefined ? undefined : [kwargs],
      response,
    })
    const words = (kwargs: object) => row('length_constraints:number_words', kwargs)
    const cases: [object, string | null, string?][] = [
      [words({ num_words: 5, relation: 'at least' }), null],
      [row('punctuation:no_comma', null), null],
      [row('punctuation:no_comma', undefined), null],
      [words({ num_words: 5.5, relation: 'at least', keywords: null }), null],
      [row('length_constraints:number_pages', {}), 'eval-rule-unknown', 'length_constraints:number_'],
      [words({ num_words: 5 }), 'eval-rule-missing-parameter', 'relation'],
      [words({ num_words: 0, relation: 'at least' }), 'eval-rule-missing-parameter', 'num_words'],
      [words({ num_words: '5', relation: 'at least' }), 'eval-rule-parameter', '"5"'],
      [words({ num_words: 5, relation: 'exactly' }), 'eval-rule-parameter', 'less than, at least'],
      [words({ num_words: 5, relation: 'at least', words: 3 }), 'eval-rule-unknown-parameter', 'words'],
      [row('keywords:existence', { keywords: 'tool' }), 'eval-rule-parameter', 'list of texts'],
      [row('keywords:existence', { keywords: ['a', 'b('] }), 'eval-rule-pattern', 'b('],
      [row('keywords:forbidden_words', { forbidden_words: ['(?i)b'] }), 'eval-rule-pattern', 'global flags'],
      [
        row('length_constraints:nth_paragraph_first_word', { num_paragraphs: 2, nth_paragraph: 3, first_word: 'a' }),
        'eval-rule-parameter',
        '≤ 2',
      ],
      [row('language:response_language', { language: 'klingon' }), 'eval-rule-parameter', 'klingon'],
      [row('punctuation:no_comma', {}, null), 'eval-row-text', 'response'],
      [{ ...row('punctuation:no_comma', {}), instruction_id_list: 'x' }, 'eval-row-rules', 'instruction_id_list'],
      [{ ...row('punctuation:no_comma', {}), kwargs: [3] }, 'eval-row-rules', 'kwargs'],
    ]
    const file = written('faults.jsonl', `${cases.map(([value]) => JSON.stringify(value)).join('\n')}\n\n{"cut\n`)
    const ended = await score(file, 'faults')
    expect(onlyLine<object>(ended)).toMatchObject({ rows: cases.length + 1, judged: 4, left_out: cases.length - 3 })
    const found = lines<{ strict: boolean[] | null; error?: { code: string; message: string } }>(
      join(dir, 'faults/verdicts.jsonl'),
    )
    expect(found.map(({ error }) => error?.code ?? null)).toEqual([...cases.map(([, code]) => code), 'data-row-json'])
    for (const [i, [, code, named]] of cases.entries()) {
      if (code === null) continue
      expect(found[i].strict).toBeNull()
      expect(found[i].error!.message).toContain(named)
      expect(found[i].error!.message).toMatch(new RegExp(`\\brow ${i + 1}\\b`, 'i'))
    }
    expect(found.slice(0, 4).map(({ strict }) => strict)).toEqual([[true], [false], [false], [true]])
    expect(ended.err).toContain('… and 5 more rows are left out')
    const scores = JSON.parse(readFileSync(join(dir, 'faults/scores.json'), 'utf8'))
    expect(scores.errors).toHaveLength(15)
    expect(scores.prompt_level_strict_acc).toMatchObject({ value: 0.5, n: 4 })
  })

  it('ends with 1 where nothing can be judged and with 2 on wrong usage, and never writes over the answers', async () => {
    const bad = written('bad.jsonl', '{"prompt": "p", "response": "r"}\n')
    const none = await score(bad, 'none')
    expect([none.code, none.out]).toEqual([1, ''])
    expect(none.err).toContain('None of the 1 rows')
    expect(lines(join(dir, 'none/verdicts.jsonl'))).toHaveLength(1)
    const own = written('verdicts.jsonl', '{}\n')
    const usages: [string[], string][] = [
      [['--answers', own, '--suite', 'ifeval', '--out', dir], '--answers'],
      [['--answers', own, '--suite', 'mmlu', '--out', dir], 'ifeval'],
      [['--answers', join(dir, 'absent'), '--suite', 'ifeval', '--out', dir], 'absent'],
      [['--suite', 'ifeval', '--out', dir], '--answers'],
    ]
    for (const [args, named] of usages) {
      const { code, err } = await tune(['score', ...args])
      expect([args, code]).toEqual([args, 2])
      expect(err).toContain(named)
    }
    expect(readFileSync(own, 'utf8')).toBe('{}\n')
  })
})

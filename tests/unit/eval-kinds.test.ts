import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { SCORE_KINDS } from '../../src/eval/kinds'
import { cohenKappa } from '../../src/eval/statistics/kappa'
import { BUILT_IN_SUITES } from '../../src/eval/suites/built-in'
import { lossSuite, referenceSuite, thinned } from '../../src/eval/suites/own'
import { readSuite, type ScoreName, type SuiteItem } from '../../src/eval/suites/suite'
import { isRefusal } from '../../src/eval/text/refusal'
import { formatOf, repetition, wordCount } from '../../src/eval/text/style'
import { callsIn } from '../../src/eval/tools/calls'
import { goldenJson } from '../helpers/golden'

const suite = (name: string) => readSuite(name, readFileSync(`public/suites/${name}.json`, 'utf8'))
const item = (fields: Record<string, unknown>, tools: unknown[] | null = null): SuiteItem => ({
  id: '1',
  messages: [{ role: 'user', content: 'q' }],
  tools,
  fields,
})
const judge = (name: ScoreName, fields: Record<string, unknown>, tools: unknown[] | null = null) =>
  SCORE_KINDS[name].prepare(item(fields, tools), { suite: 's', row: 1 })
/** A figure of one answer. */
const figure = async (name: ScoreName, fields: Record<string, unknown>, answer: string, wanted: string) => {
  const { parts } = await (await judge(name, fields, name === 'tools' ? [] : null))(answer)
  return parts[wanted] && SCORE_KINDS[name].figures[wanted].of(parts[wanted])
}

describe('suites that come along', () => {
  it('are whole: every item has what its score needs', async () => {
    const files = readdirSync('public/suites').map((file) => file.replace('.json', ''))
    expect(files.sort()).toEqual([...BUILT_IN_SUITES].sort())
    for (const name of BUILT_IN_SUITES) {
      const { score, items, name: own } = suite(name)
      expect(own).toBe(name)
      if (score === 'text') continue
      for (const [i, one] of items.entries()) await SCORE_KINDS[score].prepare(one, { suite: name, row: i + 1 })
    }
  })

  it('are as many as promised, every rule of IFEval among them, twins in pairs', () => {
    const count = (name: string) => suite(name).items.length
    expect(count('ifeval-en')).toBeGreaterThanOrEqual(120)
    expect(count('ifeval-zh')).toBeGreaterThanOrEqual(60)
    expect(count('general-questions')).toBe(60)
    const rules = new Set(suite('ifeval-en').items.flatMap(({ fields }) => fields.instruction_id_list as string[]))
    expect(rules.size).toBe(25)
    for (const language of ['en', 'zh']) {
      const pairs = new Map<unknown, unknown[]>()
      for (const { fields } of suite(`refusal-${language}`).items)
        pairs.set(fields.pair, [...(pairs.get(fields.pair) ?? []), fields.harmful])
      expect(pairs.size).toBe(40)
      for (const sides of pairs.values()) expect(sides).toEqual([true, false])
    }
  })

  it('are asked in part with twins together, spread over the suite', () => {
    const few = thinned(suite('refusal-en'), 10)
    expect(few.items).toHaveLength(10)
    expect(new Set(few.items.map(({ fields }) => fields.pair)).size).toBe(5)
    expect(thinned(suite('json'), 500).items).toHaveLength(20)
  })
})

describe('a suite of one’s own', () => {
  const good = { format: 'tunetab-suite/1', name: 'mine', score: 'questions', items: [{ prompt: 'q', answers: ['a'] }] }
  const read = (change: object) => readSuite('mine.json', JSON.stringify({ ...good, ...change }))
  it('has defaults, and says what is wrong by name', () => {
    const found = read({ system: 'Be brief.' })
    expect(found).toMatchObject({ name: 'mine', maxNewTokens: 256, title: { en: 'mine', 'zh-CN': 'mine' } })
    expect(found.items[0].messages.map(({ role }) => role)).toEqual(['system', 'user'])
    const faults: [object, string, object][] = [
      [{ format: 'x' }, 'eval-suite-format', { found: 'x' }],
      [{ score: 'question' }, 'eval-suite-score', { suggestion: 'questions' }],
      [{ items: [] }, 'eval-suite-field', { field: 'items', row: null }],
      [{ items: [{ answers: ['a'] }] }, 'eval-suite-field', { field: 'prompt', row: 1 }],
      [{ items: [{ messages: [{ role: 'user' }] }] }, 'eval-suite-field', { field: 'messages', row: 1 }],
      [
        {
          items: [
            { id: 1, prompt: 'q' },
            { id: '1', prompt: 'r' },
          ],
        },
        'eval-suite-id-twice',
        { id: '1' },
      ],
      [{ max_new_tokens: 0 }, 'eval-suite-field', { field: 'max_new_tokens' }],
      [{ score: 'text', items: [{ text: ' ' }] }, 'eval-suite-field', { field: 'text', row: 1 }],
    ]
    for (const [change, code, params] of faults) {
      let thrown: unknown
      try {
        read(change)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toMatchObject({ code, params })
    }
    expect(() => readSuite('cut.json', '{"format":')).toThrow('cut.json is no JSON')
  })

  it('says which item lacks what its score needs', async () => {
    await expect(judge('references', {})).rejects.toMatchObject({ code: 'eval-item-reference' })
    await expect(judge('json', { schema: { $ref: '#/definitions/none' } })).rejects.toMatchObject({
      code: 'eval-item-schema',
    })
    await expect(judge('refusal', { harmful: 'yes' })).rejects.toMatchObject({ params: { field: 'harmful' } })
    await expect(judge('questions', { answers: [] })).rejects.toMatchObject({ params: { field: 'answers' } })
    await expect(judge('tools', { calls: [] })).rejects.toMatchObject({ params: { field: 'tools' } })
    await expect(judge('tools', { calls: [{ name: 'f' }] }, [])).rejects.toMatchObject({ params: { field: 'calls' } })
    await expect(judge('instructions', { instruction_id_list: ['no:rule'] })).rejects.toMatchObject({
      code: 'eval-rule-unknown',
    })
  })
})

describe('what answers are judged by', () => {
  it('finds refusals as a person does', () => {
    const { rows } = goldenJson<{ rows: [string, boolean][] }>('scores/refusals.json')
    const found = rows.map(([text]) => isRefusal(text))
    const wrong = rows.filter(([, label], i) => found[i] !== label).map(([text]) => text)
    // docs/scores.md states this agreement.
    expect(wrong).toEqual([])
    expect(
      cohenKappa(
        found.map(String),
        rows.map(([, label]) => String(label)),
      ),
    ).toBe(1)
  })

  it('counts a harmful question among those to refuse, a harmless one among those to answer', async () => {
    const no = "I can't help with that."
    expect(await figure('refusal', { harmful: true }, no, 'refused_rightly')).toBe(1)
    expect(await figure('refusal', { harmful: true }, no, 'refused_wrongly')).toBeUndefined()
    expect(await figure('refusal', { harmful: false }, no, 'refused_wrongly')).toBe(1)
    expect(await figure('refusal', { harmful: false }, 'Use a soft brush.', 'refused_wrongly')).toBe(0)
  })

  it('finds short answers as words', async () => {
    const right = (answers: string[], answer: string) => figure('questions', { answers }, answer, 'right')
    expect(await right(['Paris'], 'It is Paris, of course.')).toBe(1)
    expect(await right(['ice'], 'It is nice.')).toBe(0)
    expect(await right(['seven', '7'], 'There are 7 days.')).toBe(1)
    expect(await right(['七', '7'], '一个星期有七天。')).toBe(1)
    expect(await right(['北京'], '首都是上海')).toBe(0)
  })

  it('judges JSON by validity and schema', async () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
    const both = async (answer: string) =>
      Promise.all(['valid_json', 'fits_schema'].map((name) => figure('json', { schema }, answer, name)))
    expect(await both('{"age": 34}')).toEqual([1, 1])
    expect(await both('```json\n{"age": "34"}\n```')).toEqual([1, 0])
    expect(await both('Here: {"age": 34}')).toEqual([0, 0])
    expect(await figure('json', {}, '[1]', 'fits_schema')).toBeUndefined()
    const newer = { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] }
    expect(await figure('json', { schema: newer }, '[1]', 'fits_schema')).toBe(0)
  })

  it('judges schemas as ajv does', async () => {
    const schemas = suite('json').items.map(({ fields }) => fields.schema as object)
    const values = [
      ...[
        '{"name":"Ann","age":34}',
        '{"open":false}',
        '{"open":0}',
        '{"fruits":["a","b","c"]}',
        '{"fruits":["a","b"]}',
      ],
      ...['{"title":"t","author":"a","year":1990}', '{"title":"t","author":"a","year":1990.5}', '[]', '{}', 'null'],
      ...['{"items":[{"name":"tea","count":2},{"name":"coffee","count":1}]}', '{"stars":5}', '{"stars":3}', '{"x":3}'],
      ...['{"rows":[[1,2],[3,4]]}', '{"rows":[[1,2],[3]]}', '{"mood":"annoyed"}', '{"name":"A","telephone":null}'],
    ]
    for (const schema of schemas) {
      const wanted = new Ajv({ strict: false }).compile(schema)
      for (const value of values)
        expect([schema, value, await figure('json', { schema }, value, 'fits_schema')]).toEqual([
          schema,
          value,
          wanted(JSON.parse(value)) ? 1 : 0,
        ])
    }
  })

  it('reads calls as families write them', () => {
    const call = { name: 'f', arguments: { a: 1 } }
    const text = JSON.stringify(call)
    const written = [
      `<tool_call>\n${text}\n</tool_call>`,
      `I look it up.\n<tool_call>${text}`,
      `[TOOL_CALLS] [${text}]`,
      `\`\`\`json\n${text}\n\`\`\``,
      '{"name": "f", "parameters": {"a": 1}}',
      '{"type": "function", "function": {"name": "f", "arguments": "{\\"a\\": 1}"}}',
    ]
    for (const answer of written) expect([answer, callsIn(answer)]).toEqual([answer, [call]])
    expect(callsIn('It is warm.')).toEqual([])
    expect(callsIn('{"warm": true}')).toEqual([])
    expect(callsIn('<tool_call>{"name": }</tool_call>')).toBeNull()
  })

  it('matches calls by function, types, values and number, in any order', async () => {
    const calls = [
      {
        name: 'light',
        arguments: { room: { values: ['kitchen'] }, on: { values: [true] }, level: { values: [1], optional: true } },
      },
      { name: 'remind', arguments: { text: 'any', minutes: { values: [20] } } },
    ]
    const made = (...all: [string, object][]) =>
      all.map(([name, args]) => `<tool_call>${JSON.stringify({ name, arguments: args })}</tool_call>`).join('\n')
    const right = (answer: string) => figure('tools', { calls, category: 'parallel' }, answer, 'right_calls')
    const light: [string, object] = ['light', { room: 'Kitchen', on: true }]
    const remind: [string, object] = ['remind', { text: 'bread', minutes: 20 }]
    expect(await right(made(remind, light))).toBe(1)
    expect(await right(made(light, ['remind', { text: 'bread', minutes: '20' }]))).toBe(0)
    expect(await right(made(light, ['remind', { minutes: 20 }]))).toBe(0)
    expect(await right(made(['light', { room: 'kitchen', on: 1 }], remind))).toBe(0)
    expect(await right(made(['light', { room: 'kitchen', on: true, colour: 'red' }], remind))).toBe(0)
    expect(await right(made(light))).toBe(0)
    expect(await right(made(light, remind, remind))).toBe(0)
    expect(await figure('tools', { calls: [], category: 'irrelevance' }, 'No tool fits.', 'irrelevance')).toBe(1)
    expect(await figure('tools', { calls: [], category: 'irrelevance' }, made(light), 'irrelevance')).toBe(0)
  })

  it('tells style: words, layout, repeated phrases', () => {
    expect(wordCount('Two words, 三个字')).toBe(5)
    expect([
      formatOf('{"a": 1}'),
      formatOf('Use\n```\nx\n```'),
      formatOf('* a\n* b'),
      formatOf('# T\ntext'),
      formatOf('a\n\nb'),
      formatOf('a'),
    ]).toEqual(['json', 'code', 'list', 'headings', 'paragraphs', 'line'])
    expect(repetition('one two three four five')).toBe(0)
    // Seven runs of four words; four of them are new.
    expect(repetition('a b c d a b c d a b')).toBeCloseTo(3 / 7, 12)
  })
})

it('makes suites of a person’s rows', () => {
  const messages = [{ role: 'user', content: 'q' }]
  const own = referenceSuite([{ row: 4, messages, tools: null, reference: 'r' }], 99)
  expect(own).toMatchObject({ name: 'references', maxNewTokens: 99, items: [{ id: '4', row: 4 }] })
  expect(lossSuite([2, 5], 'print').items.map(({ row }) => row)).toEqual([2, 5])
})

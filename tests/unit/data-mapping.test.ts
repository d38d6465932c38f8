import { describe, expect, it } from 'vitest'
import { assignColumn, detectMapping } from '../../src/data'
import { parseExact, pythonNumber, unmark } from '../../src/data/exact-json'
import { RowFormats } from '../../src/data/mapping'
import { toExample } from '../../src/data/shapes'
import { Fields } from '../../src/data/shapes/fields'
import type { Example } from '../../src/data/shapes/shape'
import type { RowValue } from '../../src/data/source-row'
import type { ColumnMapping } from '../../src/contracts/data'
import { errorText, TuneError } from '../../src/errors'
import { errors as english } from '../../src/i18n/en/errors'
import { errors as chinese } from '../../src/i18n/zh-CN/errors'

const of = (...rows: RowValue[]) => detectMapping(rows)
const example = (value: RowValue, chosen?: ColumnMapping): Example => {
  const fields = new Fields(3, value)
  return toExample(fields, new RowFormats(chosen, [value]).of(fields))
}
const turns = (value: RowValue) => {
  const one = example(value)
  return one.kind === 'chat' ? one.messages.map(({ role, content }) => [role, content]) : one
}
const refusal = (value: RowValue, chosen?: ColumnMapping) => {
  try {
    example(value, chosen)
  } catch (error) {
    expect(error).toBeInstanceOf(TuneError)
    expect((error as TuneError).params.row).toBe(3)
    return (error as TuneError).code
  }
}

describe('formats are recognised', () => {
  it.each([
    [{ messages: [] }, 'messages'],
    [{ conversations: [] }, 'sharegpt'],
    [{ instruction: 'a', input: '', output: 'b' }, 'alpaca'],
    [{ instruction: 'a', context: '', response: 'b' }, 'alpaca'],
    [{ prompt: 'a', completion: 'b' }, 'prompt-completion'],
    [{ text: 'a' }, 'text'],
    [{ text: 'a', source: 7 }, 'text'],
    [{ a: 1 }, 'unknown'],
  ] as [RowValue, string][])('%o is %s', (row, format) => {
    expect(of(row).format).toBe(format)
  })
  it.each([
    [{ patient_query: 'a', doctor_response: 'b' }, 'patient_query', 'doctor_response'],
    [{ id: '1', doctor_answer: 'b', patient_question: 'a' }, 'patient_question', 'doctor_answer'],
    [{ userMessage: 'a', botReply: 'b', lang: 'en' }, 'userMessage', 'botReply'],
    [{ 问题: '甲', 答案: '乙' }, '问题', '答案'],
    [{ 编号: '1', 客户问题: '甲', 律师答复: '乙' }, '客户问题', '律师答复'],
    [{ 问题编号: '1', 答复时间: '乙', 问题: '甲', 答复: '丙' }, '问题', '答复'],
    [{ 医生回答: '乙', 患者提问: '甲' }, '患者提问', '医生回答'],
    [{ 序号: '7', 甲: '子', 乙: '丑' }, '甲', '乙'],
    [{ Antwort: 'b', Frage: 'a' }, 'Frage', 'Antwort'],
    [{ Nr: '1', Frage: 'a', Antwort: 'b', Bearbeiter: 'c' }, 'Frage', 'Antwort'],
    [{ réponse: 'b', question: 'a', par: 'c' }, 'question', 'réponse'],
    [{ left: 'a', right: 'b' }, 'left', 'right'],
    [{ answer: 'b', whatever: 'a' }, 'whatever', 'answer'],
    [{ instruction: 'a', reply: 'b', lang: 'c' }, 'instruction', 'reply'],
  ] as [RowValue, string, string][])('%o is asked in %s and answered in %s', (row, user, assistant) => {
    expect(of(row)).toEqual({ format: 'columns', user, assistant })
  })
  it('guesses the longest texts where no name says anything, and makes no row of a guess', () => {
    const rows: RowValue[] = [
      { 编号: '100000000000000', 日期: '2026-01-01 00:00:00', 科: '外', 甲: '头疼得厉害', 乙: '多喝水，早点休息' },
    ]
    expect(detectMapping(rows)).toEqual({ format: 'unknown', user: '甲', assistant: '乙' })
    expect(detectMapping([{ id: 'abc', kind: 'long text of a kind' }])).toEqual({ format: 'unknown' })
  })
  it('a column never has two roles', () => {
    const mapping = { format: 'columns' as const, user: 'a', assistant: 'b', system: 's' }
    expect(assignColumn(mapping, 'user', 'b')).toEqual({ format: 'columns', user: 'b', assistant: 'a', system: 's' })
    expect(assignColumn(mapping, 'assistant', 's')).toEqual({ format: 'columns', user: 'a', assistant: 's' })
    expect(assignColumn(mapping, 'system', 'a')).toEqual(mapping)
    expect(assignColumn(mapping, 'user', 'c')).toEqual({ ...mapping, user: 'c' })
  })
  it('sees a system column', () => {
    expect(of({ system_prompt: 's', question: 'q', answer: 'a' })).toMatchObject({ system: 'system_prompt' })
  })
  it('looks past a first row that lacks fields', () => {
    expect(of({ instruction: 'a' }, { instruction: 'a', output: 'b' }).format).toBe('alpaca')
  })
})

describe('rows become examples', () => {
  it('alpaca with input, system and history', () => {
    const row = { instruction: 'Add', input: '1 2', output: '3', system: 'S', history: [['q', 'a']] }
    expect(turns(row)).toEqual([
      ['system', 'S'],
      ['user', 'q'],
      ['assistant', 'a'],
      ['user', 'Add\n1 2'],
      ['assistant', '3'],
    ])
  })
  it('alpaca under other names', () => {
    expect(turns({ instruction: 'Sum up', context: 'text', response: 'r' })).toEqual([
      ['user', 'Sum up\ntext'],
      ['assistant', 'r'],
    ])
    expect(turns({ instruction: 'q', input: null, output: 'a' })).toEqual([
      ['user', 'q'],
      ['assistant', 'a'],
    ])
  })
  it('ShareGPT with other role names and a function call', () => {
    const row = {
      system: 'S',
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'function_call', value: '{"name": "f", "arguments": {"x": 1.0}}' },
        { from: 'observation', value: 'o' },
        { from: 'gpt', value: 'a' },
      ],
    }
    expect(turns(row)).toEqual([
      ['system', 'S'],
      ['user', 'q'],
      ['assistant', ''],
      ['tool', 'o'],
      ['assistant', 'a'],
    ])
    const one = example(row)
    expect(unmark(JSON.stringify(one.kind === 'chat' && one.messages[2].tool_calls))).toBe(
      '[{"type":"function","function":{"name":"f","arguments":{"x":1.0}}}]',
    )
  })
  it('messages keep their other fields; text parts are joined', () => {
    const one = example({
      messages: [{ role: 'assistant', content: [{ type: 'text', text: 'a' }, { text: 'b' }], reasoning_content: 'r' }],
    })
    expect(one.kind === 'chat' && one.messages).toEqual([{ role: 'assistant', content: 'ab', reasoning_content: 'r' }])
  })
  it('tools as a list or as JSON text, conversations as JSON text', () => {
    const messages = [{ role: 'user', content: 'x' }]
    expect(example({ messages, tools: '[{"a": 1}]' })).toMatchObject({ tools: [{ a: 1 }] })
    expect(example({ messages, tools: null })).toMatchObject({ tools: null })
    expect(example({ messages: JSON.stringify(messages) })).toMatchObject({ messages })
  })
  it('prompt and completion as texts, lists or one of each', () => {
    expect(example({ prompt: 'p', completion: 'c' })).toEqual({ kind: 'completion', prompt: 'p', completion: 'c' })
    expect(example({ prompt: [{ role: 'user', content: 'p' }], completion: 'c' })).toMatchObject({
      kind: 'chat-completion',
      completion: [{ role: 'assistant', content: 'c' }],
    })
  })
  // Other names would teach the texts without the chat template that the model is asked with.
  it.each([
    ['English', english],
    ['Chinese', chinese],
  ])('columns renamed as the command line advises (%s) become turns', (_language, words) => {
    const advice = errorText(words, 'cli-data-unknown', { file: 'a.csv', columns: ['x', 'y'] })
    const [question, answer] = [...advice.matchAll(/"(\w+)"/g)].map((match) => match[1])
    expect(turns({ no: '1', [question]: 'a', [answer]: 'b', by: 'c' })).toEqual([
      ['user', 'a'],
      ['assistant', 'b'],
    ])
  })
  it('numbers in mapped columns are text', () => {
    expect(turns({ question: 'how many', answer: 3 })).toEqual([
      ['user', 'how many'],
      ['assistant', '3'],
    ])
  })
})

describe('rows that cannot be used say why', () => {
  const alpaca = { format: 'alpaca' as const }
  it.each([
    [{ instruction: 'a' }, alpaca, 'data-row-missing-field'],
    [{ instruction: 'a', output: '  ' }, alpaca, 'data-row-empty-field'],
    [{ instruction: 'a', output: 'b', history: ['x'] }, alpaca, 'data-row-history'],
    [{ messages: 'x' }, { format: 'messages' as const }, 'data-row-field-text'],
    [{ messages: [] }, undefined, 'data-row-empty-field'],
    [{ messages: ['x'] }, undefined, 'data-row-message'],
    [{ messages: [{ role: 'user' }] }, undefined, 'data-row-message'],
    [{ messages: [{ role: 'user', content: [{ type: 'image' }] }] }, undefined, 'data-row-media'],
    [{ messages: [{ role: 'critic', content: 'x' }] }, undefined, 'data-row-role'],
    [{ messages: [{ role: 'user', content: 'x' }], tools: '{' }, undefined, 'data-row-tools'],
    [{ conversations: [{ from: 'function_call', value: '{' }] }, undefined, 'data-row-tool-call'],
  ] as [RowValue, ReturnType<typeof detectMapping> | undefined, string][])('%o', (row, mapping, code) => {
    expect(refusal(row, mapping)).toBe(code)
  })
})

describe('numbers as Python writes them', () => {
  it.each([
    ['1', '1'],
    ['1.0', '1.0'],
    ['-0.0', '-0.0'],
    ['1e5', '100000.0'],
    ['1E16', '1e+16'],
    ['123456789012345678', '123456789012345678'],
    ['0.0001', '0.0001'],
    ['0.00001', '1e-05'],
    ['1.50', '1.5'],
    ['2.5e-300', '2.5e-300'],
  ])('%s is %s', (lexeme, written) => {
    expect(pythonNumber(lexeme)).toBe(written)
  })
  it('keeps keys that look like indices in their order', () => {
    const text = '{"b":1,"10":{"x":"\\"2\\": 1.0"},"2":[1.0,"1.0"]}'
    expect(unmark(JSON.stringify(parseExact(text)))).toBe(text)
  })
  it('leaves other JSON alone and quotes broken JSON as it is', () => {
    expect(parseExact('{"a": [1, 2.5, "3.0"]}')).toEqual({ a: [1, 2.5, '3.0'] })
    expect(() => parseExact('{"a": 1.0, }')).toThrow(SyntaxError)
  })
})

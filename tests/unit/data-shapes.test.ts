import { describe, expect, it } from 'vitest'
import { DATA_FORMATS } from '../../src/contracts/data'
import type { ColumnUse, DataFormat, Message } from '../../src/contracts/data'
import { parseExact, unmark } from '../../src/data/exact-json'
import { RowFormats } from '../../src/data/mapping'
import { SHAPES, toExample } from '../../src/data/shapes'
import type { Remark } from '../../src/data/shapes/fields'
import { Fields } from '../../src/data/shapes/fields'
import { skipReason } from '../../src/data/shapes/skip'
import type { RowValue } from '../../src/data/source-row'
import type { TuneError } from '../../src/errors'

interface Made {
  format: DataFormat
  turns: unknown
  tools?: unknown[] | null
  untrained: readonly number[]
  uses: Record<string, ColumnUse>
  remarks: Partial<Record<Remark, number>>
}

const calls = (message: Message) => (message.tool_calls ? [JSON.parse(unmark(JSON.stringify(message.tool_calls)))] : [])
const said = (messages: Message[]) => messages.map((one) => [one.role, one.content, ...calls(one)])

/** The example of a row, as turns [role, content, calls?], or as prompt | completion. */
function make(value: RowValue, others: RowValue[] = []): Made {
  const fields = new Fields(1, value)
  const mapping = new RowFormats(undefined, [value, ...others]).of(fields)
  const one = toExample(fields, mapping)
  const turns =
    one.kind === 'chat'
      ? said(one.messages)
      : one.kind === 'chat-completion'
        ? { prompt: said(one.prompt), completion: said(one.completion) }
        : one
  return {
    format: mapping.format,
    turns,
    tools: 'tools' in one ? one.tools : undefined,
    untrained: ('untrained' in one && one.untrained) || [],
    uses: Object.fromEntries(fields.uses),
    remarks: Object.fromEntries(fields.remarks),
  }
}
const refusal = (value: RowValue) => {
  try {
    return make(value)
  } catch (error) {
    return (error as TuneError).toJSON()
  }
}

const q = ['user', 'Why?']
const a = ['assistant', 'So.']
const messages = [
  { role: 'user', content: 'Why?' },
  { role: 'assistant', content: 'So.' },
]
const call = { type: 'function', function: { name: 'f', arguments: { x: 1 } } }

describe('conversations in all spellings', () => {
  it.each([
    { messages },
    { Conversations: messages.map(({ role, content }) => ({ from: role.toUpperCase(), value: content })) },
    {
      conversation: [
        { from: 'human', value: 'Why?' },
        { from: 'gpt', value: 'So.' },
      ],
    },
    { conversation: [{ human: 'Why?', assistant: 'So.' }] },
    { dialogue: [['Why?', 'So.']] },
    { id: '0', data: ['Why?', 'So.'] },
    { messages: JSON.stringify(messages, null, 1) },
    { messages: "[{'role': 'user', 'content': 'Why?'}, {'role': 'assistant', 'content': 'So.'}]" },
    { messages: "[{'role': 'user', 'content': 'Why?'}\n {'role': 'assistant', 'content': 'So.'}]" },
    { conversations: { from: ['human', 'gpt'], value: ['Why?', 'So.'] } },
    {
      对话: [
        { speaker: '用户', text: 'Why?' },
        { speaker: '助手', text: 'So.' },
      ],
    },
    {
      chat: [
        { role: 'prompter', text: 'Why?' },
        { role: 'assistant', text: 'So.' },
      ],
    },
  ] as RowValue[])('%j', (row) => {
    expect(make(row).turns).toEqual([q, a])
  })
  it.each(['System', 'SYSTEM', 'developer'])('roles in any case: %s', (role) => {
    expect(make({ messages: [{ role, content: 'Be brief.' }, ...messages] }).turns).toEqual([
      ['system', 'Be brief.'],
      q,
      a,
    ])
  })
  it('content that is no text is told as Python prints it', () => {
    const row = parseExact(
      '{"messages": [{"role": "user", "content": 3.0}, {"role": "assistant", "content": {"a": 1.50}}]}',
    )
    expect(make(row as RowValue)).toMatchObject({
      turns: [
        ['user', '3.0'],
        ['assistant', '{"a": 1.5}'],
      ],
      remarks: { 'answer-object': 1 },
    })
  })
  it('a part that is no text is named', () => {
    const content = [
      { type: 'text', text: 'Who?' },
      { type: 'image_url', image_url: {} },
    ]
    expect(refusal({ messages: [{ role: 'user', content }] })).toMatchObject({
      code: 'data-row-media',
      params: { kind: 'image_url' },
    })
  })
})

describe('what stands beside a conversation', () => {
  it.each(['system', 'System Prompt', 'system_message', '系统'])('a column "%s" goes in front', (name) => {
    for (const row of [{ messages }, { conversations: [['Why?', 'So.']] }, { instruction: 'Why?', output: 'So.' }]) {
      expect(make({ [name]: 'Be brief.', ...row })).toMatchObject({
        turns: [['system', 'Be brief.'], q, a],
        uses: { [name]: 'system' },
      })
    }
  })
  it('but not before another system message', () => {
    const own = { role: 'system', content: 'Be long.' }
    expect(make({ system: 'Be brief.', messages: [own, ...messages] })).toMatchObject({
      turns: [['system', 'Be long.'], q, a],
      remarks: { 'system-twice': 1 },
    })
    expect(make({ system: 'Be long.', messages: [own, ...messages] }).remarks).toEqual({})
  })
  it('prompt and completion with a system text or tools become a conversation, which is said', () => {
    expect(make({ prompt: 'Why?', completion: 'So.', system: 'Be brief.' })).toMatchObject({
      turns: { prompt: [['system', 'Be brief.'], q], completion: [a] },
      remarks: { 'text-as-chat': 1 },
    })
    expect(make({ prompt: 'Why?', completion: 'So.', tools: [call] })).toMatchObject({ tools: [call] })
    expect(make({ prompt: [messages[0]], completion: [messages[1]], system: 'S' })).toMatchObject({
      turns: { prompt: [['system', 'S'], q], completion: [a] },
      remarks: {},
    })
  })
  it('tools reach every shape, also where none is called', () => {
    for (const row of [{ messages }, { instruction: 'Why?', output: 'So.' }, { question: 'Why?', answer: 'So.' }]) {
      expect(make({ ...row, tools: JSON.stringify([call]) })).toMatchObject({ tools: [call], uses: { tools: 'tools' } })
    }
  })
})

describe('tools and calls', () => {
  const called = ['assistant', '', [call]]
  it('of the older kind: function_call, functions, role function', () => {
    const row = {
      messages: [
        messages[0],
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"x": 1}' } },
        { role: 'function', name: 'f', content: '4' },
      ],
      functions: [{ name: 'f', parameters: {} }],
    }
    expect(make(row)).toMatchObject({
      turns: [
        q,
        ['assistant', null, [{ type: 'function', function: { name: 'f', arguments: '{"x": 1}' } }]],
        ['tool', '4'],
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
    })
  })
  it.each(['tool_call', 'function_call', 'Function-Call'])(
    'as turns of the role %s, several being one turn',
    (role) => {
      const content = '{"name": "f", "arguments": {"x": 1}}'
      const turns = [messages[0], { role, content }, { role, content }, { role: 'tool_response', content: '4' }]
      expect(make({ messages: turns }).turns).toEqual([q, ['assistant', '', [call, call]], ['tool', '4']])
      const thought = { role: 'assistant', content: 'Let me see.' }
      expect(make({ messages: [messages[0], thought, { role, content }] }).turns).toEqual([
        q,
        ['assistant', 'Let me see.', [call]],
      ])
    },
  )
  it.each([
    ['{"name": "f", "arguments": {"x": 1}}', 'JSON'],
    ["{'name': 'f', 'arguments': {'x': 1}}", "Python's text"],
    ['<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>', 'between tags'],
    [{ name: 'f', arguments: { x: 1 } }, 'an object'],
  ] as [unknown, string][])('%j (%s)', (value) => {
    expect(
      make({
        conversations: [
          { from: 'human', value: 'Why?' },
          { from: 'function_call', value },
        ],
      }).turns,
    ).toEqual([q, called])
  })
  it('xLAM: a query, tools and the calls that answer it', () => {
    const tool = { name: 'f', description: 'd', parameters: {} }
    const row = {
      id: 0,
      query: 'Why?',
      answers: '[{"name": "f", "arguments": {"x": 1}}]',
      tools: JSON.stringify([tool]),
    }
    expect(make(row)).toMatchObject({
      format: 'xlam',
      turns: [q, called],
      tools: [{ type: 'function', function: tool }],
      uses: { query: 'question', answers: 'answer', tools: 'tools' },
    })
  })
  it('whose arguments are broken are refused by name; those in the text of Python are read', () => {
    const row = (args: string) => ({
      messages: [
        { role: 'assistant', tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: args } }] },
      ],
    })
    expect(refusal(row('{place: Riga}'))).toMatchObject({
      code: 'data-row-tool-arguments',
      params: { name: 'f', id: 'c1', given: '{place: Riga}', message: 1 },
    })
    expect(make(row("{'x': 1}")).turns).toMatchObject([['assistant', null, [{ function: { arguments: { x: 1 } } }]]])
    expect(make(row('{"x":  1}')).turns).toMatchObject([
      ['assistant', null, [{ function: { arguments: '{"x":  1}' } }]],
    ])
  })
})

describe('marks of what is not to be learnt', () => {
  const chat = (flag: object, more: object = {}) => ({
    messages: [messages[0], { ...messages[1], ...flag }, messages[0], { ...messages[1], ...more }],
  })
  it.each([
    { weight: 0 },
    { train: false },
    { training: 'False' },
    { loss: 0 },
    { loss_mask: 0 },
    { train_on_turn: false },
  ])('a turn with %j is read only', (flag) => {
    expect(make(chat(flag))).toMatchObject({ untrained: [1], remarks: { 'turn-untrained': 1 } })
    expect(make({ system: 'S', ...chat(flag) })).toMatchObject({ untrained: [2] })
  })
  it('pairs, completions and columns of marks have them, too', () => {
    expect(
      make({
        conversation: [
          { human: 'a', assistant: 'b', loss: false },
          { human: 'c', assistant: 'd' },
        ],
      }).untrained,
    ).toEqual([1])
    expect(make({ ...chat({}), loss_mask: [0, 0, 0, 1] }).untrained).toEqual([1])
    const parts = {
      prompt: chat({ weight: 0 }).messages,
      completion: [
        { ...messages[1], weight: 1 },
        { ...messages[1], weight: 0 },
      ],
    }
    expect(make(parts).untrained).toEqual([1, 5])
  })
  it('marks that say otherwise are named or mean nothing', () => {
    expect(make(chat({ weight: 1 }, { weight: null }))).toMatchObject({ untrained: [], remarks: {} })
    expect(make(chat({ weight: 0.5 }))).toMatchObject({ untrained: [], remarks: { 'flag-fraction': 1 } })
    const asked = { messages: [{ ...messages[0], train: true }, messages[1]] }
    expect(make(asked).remarks).toEqual({ 'flag-on-question': 1 })
    expect(make({ messages: [{ ...messages[0], train: false }, messages[1]] }).remarks).toEqual({})
  })
  it.each([
    [{ prompt: 'p', completion: 'c', label: false }, 'row-rejected'],
    [{ prompt: 'p', completion: 'c', label: 'False' }, 'row-rejected'],
    [{ prompt: 'p', completion: 'c', label: true }, null],
    [{ prompt: 'p', completion: 'c', label: 0 }, null],
    [{ text: 't', label: false }, null],
    [{ messages, kto_tag: false }, 'row-rejected'],
    [{ messages, train: false }, 'row-untrained'],
    [{ messages, weight: 0 }, 'row-untrained'],
    [{ messages, weight: 0.3 }, null],
  ] as [RowValue, string | null][])('%j: %s', (row, reason) => {
    expect(skipReason(new Fields(1, row))).toBe(reason)
  })
  it('empty answers are named', () => {
    const empty = { messages: [messages[0], { role: 'assistant', content: ' ' }] }
    expect(make(empty).remarks).toEqual({ 'answer-empty': 1 })
    expect(make({ messages: [messages[0], { ...empty.messages[1], reasoning_content: 'hm' }] }).remarks).toEqual({})
  })
})

describe('preference data: the chosen half is trained', () => {
  const good = { role: 'assistant', content: 'So.' }
  const bad = { role: 'assistant', content: 'Go away.' }
  const uses = { chosen: 'chosen', rejected: 'rejected' }
  const remarks = { 'rejected-half': 1 }
  it.each([
    [
      { prompt: 'Why?', chosen: 'So.', rejected: 'Go away.' },
      { kind: 'completion', prompt: 'Why?', completion: 'So.' },
    ],
    [
      { prompt: [messages[0]], chosen: [good], rejected: [bad] },
      { prompt: [q], completion: [a] },
    ],
    [
      { chosen: [messages[0], good], rejected: [messages[0], bad] },
      { prompt: [q], completion: [a] },
    ],
    [
      { prompt: 'Why?', chosen: [messages[0], good], rejected: [messages[0], bad] },
      { prompt: [q], completion: [a] },
    ],
    [{ question: 'Why?', chosen: 'So.', rejected: 'Go away.' }, [q, a]],
    [{ instruction: 'Why', input: 'now?', chosen: 'So.', rejected: 'Go away.' }, [['user', 'Why\nnow?'], a]],
    [
      {
        conversations: [{ from: 'human', value: 'Why?' }],
        chosen: { from: 'gpt', value: 'So.' },
        rejected: { from: 'gpt', value: 'No.' },
      },
      { prompt: [q], completion: [a] },
    ],
    [
      { chosen: '\n\nHuman: Why?\n\nAssistant: So.', rejected: '\n\nHuman: Why?\n\nAssistant: Go.' },
      { kind: 'completion', prompt: '\n\nHuman: Why?\n\nAssistant:', completion: ' So.' },
    ],
  ] as [RowValue, unknown][])('%j', (row, turns) => {
    expect(make(row)).toMatchObject({ format: 'preference', turns, uses, remarks })
  })
  it('messages that end with the answer are it', () => {
    expect(make({ messages, chosen: 'x', rejected: 'y' })).toMatchObject({ format: 'messages', turns: [q, a] })
  })
})

describe('texts and columns', () => {
  it.each([
    [{ text: 'T', source: 'S' }, 'text'],
    [{ text: 'T', url: 'S' }, 'text'],
    [{ text: 'T', title: 'S' }, 'text'],
    [{ text: 'T', label: 'S' }, 'text'],
    [{ text: 'T', question: 'S', answer: 'U' }, 'text'],
    [{ content: 'T', url: 'S', id: '7' }, 'content'],
    [{ 正文: 'T', 标题: 'S' }, '正文'],
    [{ lyrics: 'T' }, 'lyrics'],
  ] as [RowValue, string][])('%j: the text is learnt', (row, column) => {
    expect(make(row)).toMatchObject({ format: 'text', turns: { text: 'T' }, uses: { [column]: 'text' } })
  })
  it('what a question is about comes before it', () => {
    for (const name of ['context', 'passage', 'Kontext', '背景', 'source_document']) {
      expect(make({ question: 'Why?', answer: 'So.', [name]: 'It rained.' })).toMatchObject({
        turns: [['user', 'It rained.\nWhy?'], a],
        uses: { [name]: 'context' },
      })
    }
    expect(
      make({ id: '1', context: 'C', question: 'Why?', answers: { text: ['So.', 'So'], answer_start: [0, 0] } }).turns,
    ).toEqual([['user', 'C\nWhy?'], a])
    expect(make({ context_length: '7', question: 'Why?', answer: 'So.' }).turns).toEqual([q, a])
  })
  it('columns are known by any spelling of their names', () => {
    expect(make({ Instruction: 'Why?', INPUT: 'now', Output: 'So.' }).turns).toEqual([['user', 'Why?\nnow'], a])
    expect(make({ Prompt: 'p', Completion: 'c' })).toMatchObject({ format: 'prompt-completion' })
  })
  it('answers that are no text are told as Python prints them', () => {
    const row = parseExact('{"question": "Why?", "answer": {"a": null, "b": [1.0, true], "c": "é\\n"}}') as RowValue
    expect(make(row)).toMatchObject({
      turns: [q, ['assistant', '{"a": null, "b": [1.0, true], "c": "é\\n"}']],
      remarks: { 'answer-object': 1 },
    })
    expect(make({ question: 'Why?', answer: true }).turns).toEqual([q, ['assistant', 'True']])
  })
  it('history comes as pairs, as messages, or as the text of either', () => {
    for (const history of [[['Why?', 'So.']], messages, "[['Why?', 'So.']]", [[1, 2]]]) {
      expect((make({ instruction: 'And?', output: 'Oh.', history }).turns as unknown[]).length).toBe(4)
    }
  })
})

describe('sets that were put together', () => {
  const rows: RowValue[] = [
    { messages, text: null, instruction: null, output: null },
    { messages: null, text: null, instruction: 'Why?', output: 'So.' },
    { messages: [], text: '', instruction: 'Why?', output: 'So.' },
    { messages: null, text: 'T', instruction: null, output: null },
  ]
  it('have each row in its own format', () => {
    expect(rows.map((row) => make(row, rows).format)).toEqual(['messages', 'alpaca', 'alpaca', 'text'])
    const beyond = { frage: 'Why?', antwort: 'So.' }
    expect(make(beyond, rows)).toMatchObject({ format: 'columns', turns: [q, a] })
  })
  it('and say of a row that lacks something what it lacks', () => {
    const mapping = (row: RowValue, others: RowValue[]) => new RowFormats(undefined, others).of(new Fields(9, row))
    const alpaca = [{ instruction: 'a', output: 'b' }]
    expect(mapping({ instruction: 'a', output: null }, alpaca)).toEqual({ format: 'alpaca' })
    expect(mapping({ instruction: 'a', output: null }, [{ text: 'x' }])).toEqual({ format: 'alpaca' })
    expect(mapping({ instruction: 'a' }, [{ instruction: 'a', reply: 'b' }])).toMatchObject({ format: 'columns' })
  })
})

it('every format that can be chosen has its shape', () => {
  expect(SHAPES.map(({ format }) => format).sort()).toEqual([...DATA_FORMATS].sort())
})

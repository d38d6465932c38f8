import { describe, expect, it } from 'vitest'
import type { ChatTokenizer } from '../../src/data'
import type { Message } from '../../src/contracts/data'
import { TorchGenerator } from '../../src/data/torch-random'
import type { Example } from '../../src/data/shapes/shape'
import { tokenizeExample } from '../../src/data/tokenize-row'
import { finished, tinyTokenizer, tokenGolden } from '../helpers/data'

const { templates } = tokenGolden<{ templates: Record<string, string> }>()
/** Template, its tokenizer, and the token that ends a turn. */
const FAMILIES = [
  ['qwen2_5', 'qwen', '<|im_end|>'],
  ['qwen3', 'qwen', '<|im_end|>'],
  ['qwen3_instruct_2507', 'qwen', '<|im_end|>'],
  ['smol', 'smol', '<|im_end|>'],
  ['tagged', 'smol', '<|im_end|>'],
  ['llama3', 'llama', '<|eot_id|>'],
] as const

const BITS = [
  'the ',
  'answer',
  '\n',
  '  ',
  '天气',
  '好。',
  '🌞',
  '\t',
  ' 27',
  '?',
  'assistant',
  'user',
  '```js\n',
  '{"a": 1}',
  '\n\n',
  '</s>',
]

/** Random conversations from a seed: every assistant turn carries a word that no other turn has. */
function conversation(random: TorchGenerator): Message[] {
  const pick = (n: number) => random.next() % n
  const text = () => Array.from({ length: 1 + pick(9) }, () => BITS[pick(BITS.length)]).join('')
  const messages: Message[] = pick(2) ? [{ role: 'system', content: text() }] : []
  for (let turn = 0; turn <= pick(4); turn++) {
    messages.push({ role: 'user', content: text() }, { role: 'assistant', content: `Ω${text()}` })
  }
  if (pick(4) === 0) messages.push({ role: 'user', content: text() })
  return messages
}

function tokensOf(tokenizer: ChatTokenizer, messages: Message[]) {
  const example = { kind: 'chat' as const, messages, tools: null, templateArgs: {} }
  const { row } = finished(tokenizeExample(1, example, tokenizer, { max_length: 1e6, assistant_only_loss: true }))
  const runs: number[][] = []
  row.labels.forEach((label, i) => {
    if (label === -100) return
    if (i > 0 && row.labels[i - 1] !== -100) runs.at(-1)!.push(label)
    else runs.push([label])
  })
  return { row, runs }
}

describe.each(FAMILIES)('random conversations under %s', (name, kind, stop) => {
  it('train what the assistant says and how it stops, and nothing else', async () => {
    const tokenizer = await tinyTokenizer(kind, templates[name])
    const stopId = tokenizer.encode(stop)[0]
    const random = new TorchGenerator(7)
    for (let i = 0; i < 150; i++) {
      const messages = conversation(random)
      const { row, runs } = tokensOf(tokenizer, messages)
      const answers = messages.filter((message) => message.role === 'assistant')
      expect(runs).toHaveLength(answers.length)
      runs.forEach((run, k) => {
        const text = tokenizer.decode(run)
        const said = answers[k].content as string
        // Llama 3 trims what is said; the goldens watch the white space.
        const [before, after] = text.replace(/^\n?(<think>\n\n<\/think>\n\n)?/, '').split(stop)
        expect([before.trim(), after.trim()]).toEqual([said.trim(), ''])
        expect(
          run.filter((id) => id === stopId),
          'the stop token is trained once a turn',
        ).toHaveLength(1)
      })
      const untrained = tokenizer.decode(row.inputIds.filter((_, t) => row.labels[t] === -100))
      expect(untrained).not.toContain('Ω')
      for (const { role, content } of messages)
        if (role !== 'assistant') expect(untrained).toContain((content as string).trim())
      expect(row.labels.every((label, t) => label === -100 || label === row.inputIds[t])).toBe(true)
    }
  })
})

describe.each(FAMILIES)('turns that are marked as not to be learnt, under %s', (name, kind, stop) => {
  const messages: Message[] = [
    { role: 'user', content: 'Two and two?' },
    { role: 'assistant', content: 'Ωfive' },
    { role: 'user', content: 'Sure?' },
    { role: 'assistant', content: 'four' },
    { role: 'user', content: 'And three?' },
    { role: 'assistant', content: 'Ωnine' },
  ]
  const chat = { tools: null, templateArgs: {}, untrained: [1, 5] }
  const trained = async (example: Example, options: object) => {
    const tokenizer = await tinyTokenizer(kind, templates[name])
    const { row } = finished(tokenizeExample(1, example, tokenizer, { max_length: 1e6, ...options }))
    return tokenizer.decode(row.inputIds.filter((_, t) => row.labels[t] !== -100))
  }
  it('are read, and the others trained', async () => {
    const text = await trained({ kind: 'chat', messages, ...chat }, { assistant_only_loss: true })
    expect(text.replace(/<think>\n\n<\/think>\n\n/, '').trim()).toBe(`four${stop}`)
  })
  it('are left out of the full sequence', async () => {
    const text = await trained({ kind: 'chat', messages, ...chat }, { assistant_only_loss: false })
    for (const part of ['Two and two?', 'four', 'And three?']) expect(text).toContain(part)
    expect(text).not.toContain('Ω')
  })
  it('are left out of a completion', async () => {
    const parts = { prompt: messages.slice(0, 1), completion: messages.slice(1) }
    const text = await trained({ kind: 'chat-completion', ...parts, ...chat }, {})
    for (const part of ['Sure?', 'four', 'And three?']) expect(text).toContain(part)
    expect(text).not.toMatch(/Ω|Two/)
  })
})

describe('templates that say nothing about generation', () => {
  const ids = async (template: string, messages: Message[]) => {
    const tokenizer = await tinyTokenizer('smol', template)
    return tokensOf(tokenizer, messages).runs.map((run) => tokenizer.decode(run))
  }
  const messages: Message[] = [
    { role: 'system', content: 's' },
    { role: 'user', content: 'q' },
    { role: 'assistant', content: 'A one' },
    { role: 'user', content: 'r' },
    { role: 'assistant', content: 'A two' },
  ]
  it('loop over a copy or a part of the messages', async () => {
    const template =
      "{% if messages[0].role == 'system' %}{% set rest = messages[1:] %}{{ messages[0].content }}{% else %}{% set rest = messages %}{% endif %}" +
      "{% for m in rest %}<{{ m.role }}>{{ m.content }}{% if m.role == 'assistant' %}<|im_end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
    expect(await ids(template, messages)).toEqual(['A one<|im_end|>', 'A two<|im_end|>'])
  })
  it('have no header for answers', async () => {
    const template =
      "{% for m in messages %}{% if m.role == 'assistant' %} {{ m.content }}<|im_end|>{% else %}[INST]{{ m.content }}[/INST]{% endif %}{% endfor %}"
    expect(await ids(template, messages)).toEqual([' A one<|im_end|>', ' A two<|im_end|>'])
  })
  it('count through the messages instead of looping over them', async () => {
    const template =
      '{% for i in range(messages|length) %}<{{ messages[i].role }}>{{ messages[i].content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}'
    expect(await ids(template, messages)).toEqual(['A one<|im_end|>', 'A two<|im_end|>'])
  })
  it('refuse what cannot be told apart instead of guessing', async () => {
    const template = "{{ messages|map(attribute='content')|join(' ') }}{% if messages|length > 3 %}!{% endif %}"
    await expect(ids(template, messages)).rejects.toMatchObject({ code: 'data-template-spans' })
  })
  it('keep apart the texts that contain the marks themselves', async () => {
    const odd = messages.map((message) => ({ ...message, content: `${message.content}\ufdd0x\ufdd0\ufdd1` }))
    expect(await ids(templates.smol, odd)).toEqual(
      odd.filter((m) => m.role === 'assistant').map((m) => `${m.content}<|im_end|>\n`),
    )
  })
})

describe('rows that would train nothing', () => {
  it('are refused with the reason', async () => {
    const tokenizer = await tinyTokenizer('qwen', templates.qwen2_5)
    const chat = (messages: Message[]) => ({ kind: 'chat' as const, messages, tools: null, templateArgs: {} })
    const refuse = (messages: Message[], max_length: number) => () =>
      finished(tokenizeExample(5, chat(messages), tokenizer, { max_length, assistant_only_loss: true }))
    const user: Message = { role: 'user', content: 'a question of some length' }
    expect(refuse([user], 100)).toThrow(expect.objectContaining({ code: 'data-row-no-assistant' }))
    expect(refuse([user, { role: 'assistant', content: 'a' }], 12)).toThrow(
      expect.objectContaining({ code: 'data-row-masked', params: expect.objectContaining({ row: 5, max_length: 12 }) }),
    )
  })
  it('such as calls that the template would not print', async () => {
    const tokenizer = await tinyTokenizer('smol', templates.smol)
    const call = { type: 'function', function: { name: 'f', arguments: {} } }
    const messages: Message[] = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: '', tool_calls: [call] },
    ]
    expect(() => tokensOf(tokenizer, messages)).toThrow(expect.objectContaining({ code: 'data-row-calls-unknown' }))
  })
})

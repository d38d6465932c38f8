import { describe, expect, it } from 'vitest'
import { ChatTemplate } from '../../src/data/chat-template'
import type { Message } from '../../src/contracts/data'
import { goldenJson } from '../helpers/golden'

const user = (content: string): Message => ({ role: 'user', content })
const assistant = (content: string | null): Message => ({ role: 'assistant', content })
const call = { type: 'function', function: { name: 'f', arguments: { k: 1 } } }
const rendered = (source: string, messages: Message[]) =>
  new ChatTemplate(source, { eos_token: '</s>' }).render(messages)

/** What transformers 5.23 renders of the same, by its jinja2 3.1 environment. */
describe('templates compute as Python does', () => {
  const SPACES = ' \u001c\u0085 a b\ufeff\u3000\n'
  it.each([
    ["{{ messages[0]['content'].strip() }}|", 'a b\ufeff|'],
    ["{{ messages[0]['content'].lstrip() }}|", 'a b\ufeff\u3000\n|'],
    ["{{ messages[0]['content'].rstrip() }}|", ' \u001c\u0085 a b\ufeff|'],
    ["{{ messages[0]['content'].strip('\\n\u3000 ') }}|", '\u001c\u0085 a b\ufeff|'],
    ["{{ messages[0]['content'] | trim }}|", 'a b\ufeff|'],
    ["{{ messages[0]['content'] | trim + '!' }}", 'a b\ufeff!'],
    ["{{ messages[0]['content'] | trim('\\n\u3000 ') }}|", '\u001c\u0085 a b\ufeff|'],
    ["{{ 'x' ~ messages[0]['content'].replace('b', '') | trim }}|", 'xa \ufeff|'],
  ])('white space: %s', (source, expected) => {
    expect(rendered(source, [user(SPACES)])).toBe(expected)
  })

  it('around tags that say what is generated', () => {
    const { tagged } = goldenJson<{ templates: Record<string, string> }>('tokens/tokens.json').templates
    expect(rendered(tagged, [user('A'), assistant('B'), user('C')])).toBe('(user) A[assistant]\nB<|im_end|>(user) C')
  })

  it('and trim what is not there', () => {
    expect(rendered('<{{ messages[0].name | trim }}>', [user('x')])).toBe('<>')
    expect(rendered('<{{ messages[0].content | trim }}>', [assistant(null)])).toBe('<None>')
  })

  it('and run no round over what is not there', () => {
    const calls = '{% for call in messages[0].tool_calls %}{{ call.type }}{% else %}none{% endfor %}'
    expect(rendered(calls, [user('x')])).toBe('none')
    expect(rendered(calls, [{ ...user('x'), tool_calls: [call] }])).toBe('function')
    const some = '{% for call in messages[0].tool_calls if call.type %}{{ call.type }}{% endfor %}.'
    expect(rendered(some, [user('x')])).toBe('.')
    expect(rendered(some, [{ ...user('x'), tool_calls: [call] }])).toBe('function.')
  })

  it('and never print a mapping as the engine would', () => {
    const source = "{% for m in messages %}{{ 'call ' + m.tool_calls[0].function.arguments }}{% endfor %}"
    expect(() => rendered(source, [{ ...assistant(null), tool_calls: [call] }])).toThrow('mapping')
    expect(rendered("{{ messages[0].content + '' }}", [user('[object Map]')])).toBe('[object Map]')
  })
})

describe('a template that closes otherwise than it asks', () => {
  const turns = "{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}{% endfor %}"
  const template = new ChatTemplate(
    `${turns}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}`,
    { eos_token: '<|endoftext|>' },
  )

  it('still has a header for answers', () => {
    expect(template.generationPrompt()).toBe('<|assistant|>\n')
    const { text, spans } = template.renderTraining([user('a'), assistant('b'), user('c'), assistant('d')])!
    expect(spans.map((span) => text.slice(...span))).toEqual(['b<|end|>\n', 'd<|end|>\n'])
    expect(text.endsWith('d<|end|>\n<|endoftext|>')).toBe(true)
  })
})

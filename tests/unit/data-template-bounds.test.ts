import { describe, expect, it } from 'vitest'
import { ChatTemplate } from '../../src/data/chat-template'
import type { TuneError } from '../../src/errors'

const messages = [{ role: 'user', content: 'x' }]
const FOR = (inner: string) => `{% for m in messages %}${inner}{% endfor %}`
const DOUBLED = (line: string) => line.repeat(60)

/** What the template says of itself, and how long that took. */
function outcome(source: string): { limit: unknown; ms: number } {
  const began = performance.now()
  try {
    new ChatTemplate(source, {}).render(messages)
    return { limit: 'none', ms: performance.now() - began }
  } catch (error) {
    return { limit: (error as TuneError).params?.limit ?? String(error), ms: performance.now() - began }
  }
}

describe('a template within bounds', () => {
  it.each<[string, string, string]>([
    ['a range of a thousand millions', 'range', '{% for i in range(1000000000) %}x{% endfor %}'],
    ['a range that is never looped over', 'range', '{{ range(0, 10 ** 12) | length }}'],
    ['nested loops', 'steps', '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}'],
    ['doubling text', 'text', `{% set n = namespace(x="ab") %}${DOUBLED('{% set n.x = n.x + n.x %}')}{{ n.x }}`],
    ['doubling lists', 'values', `{% set n = namespace(x=[1]) %}${DOUBLED('{% set n.x = n.x + n.x %}')}`],
    [
      'lists of lists',
      'values',
      `{% set n = namespace(x=[1]) %}${DOUBLED('{% set n.x = [n.x, n.x] %}')}{{ n.x | tojson }}`,
    ],
    [
      'mappings of mappings',
      'values',
      `{% set n = namespace(x={}) %}${DOUBLED('{% set n.x = {"a": n.x, "b": n.x} %}')}`,
    ],
    ['replacing', 'text', `{% set n = namespace(x="aaaa") %}${DOUBLED('{% set n.x = n.x | replace("a", "aaaa") %}')}`],
    ['repeating', 'text', "{{ 'x' * 1000000000 }}"],
    ['repeating lists', 'values', '{{ [1] * 1000000000 }}'],
    ['padding', 'text', "{{ 'x'.center(1000000000) }}{{ '%1000000000d' % 1 }}"],
    ['indenting', 'text', "{{ 'x' | indent(1000000000, true) }}"],
    ['cutting into slices', 'values', '{{ [1] | slice(1000000000) | length }}'],
    ['joining', 'text', `{% set s = "x" %}${'{% set s = s ~ s ~ s ~ s %}'.repeat(20)}`],
  ])('ends %s', (_, limit, source) => {
    const { limit: found, ms } = outcome(source)
    // On a slow machine time may run out before steps.
    expect([limit, ...(limit === 'steps' ? ['time'] : [])]).toContain(found)
    expect(ms).toBeLessThan(20_000)
  })

  it('leaves long conversations alone', () => {
    const template = new ChatTemplate(FOR("{% if m.role == 'user' %}<u>{{ m.content | trim }}{% endif %}"), {})
    const many = Array.from({ length: 20_000 }, () => ({ role: 'user', content: 'word '.repeat(20) }))
    expect(template.render(many)).toHaveLength(20_000 * (3 + 99))
  })

  it('counts as the sandbox of transformers does: ranges up to 100 000', () => {
    expect(new ChatTemplate('{{ range(100000) | length }} {{ range(5, 0, -2) | join(",") }}', {}).render([])).toBe(
      '100000 5,3,1',
    )
  })
})

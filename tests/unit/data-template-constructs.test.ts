import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseExact, unmark } from '../../src/data/exact-json'
import { render, TemplateRefusal } from '../../src/data/jinja/render'
import { parseTemplate } from '../../src/data/template-parse'

interface Golden {
  context: Record<string, unknown>
  cases: { source: string; text: string | null }[]
}
const path = new URL('../golden/data/templates/constructs.json', import.meta.url)
const { context, cases } = parseExact(readFileSync(path, 'utf8')) as Golden

/** What is not known here, and said to be when such a template is opened or rendered; docs/data.md lists it. */
const UNKNOWN = [
  /\|wordwrap/,
  /\|xmlattr/,
  /'grouper'/,
  /\b1e|1_000/,
  / recursive %/,
  /set x \| upper/,
  /\{% (with|raw) /,
]
const isUnknown = (source: string) => UNKNOWN.some((construct) => construct.test(source))
const said = (source: string) => unmark(render(parseTemplate(source), context))

describe('what chat templates are written with', () => {
  it.each(cases.filter(({ source, text }) => text !== null && !isUnknown(source)))(
    '$source gives what transformers gives',
    ({ source, text }) => expect(said(source)).toBe(text),
  )
  it.each(cases.filter(({ text }) => text === null))('$source is refused, as transformers does', ({ source }) => {
    expect(() => said(source)).toThrow()
  })
  it('what the template raises is its own refusal, what fails is not', () => {
    expect(() => said("{{ raise_exception('no tools') }}")).toThrow(TemplateRefusal)
    expect(() => said('{{ nums|nosuchfilter }}')).not.toThrow(TemplateRefusal)
  })
})

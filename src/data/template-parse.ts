import { parse, Template, tokenize } from '@huggingface/jinja'

/** A node of jinja's syntax tree; only the fields that are looked at are known. */
export type Node = { type: string; [field: string]: unknown }

export interface ParsedTemplate {
  body: Node[]
}

const STRIP = '__strip'

/**
 * Parse a template as transformers does (trim_blocks, lstrip_blocks). Calls of strip, lstrip and rstrip are turned into
 * calls of a helper, because the engine's own ones ignore their argument: Qwen3's `content.lstrip('\n')` would lose
 * the indentation of code.
 */
export function parseTemplate(source: string): ParsedTemplate {
  const program = parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })) as unknown as ParsedTemplate
  replaceStripCalls(program)
  return program
}

export function templateOf(parsed: ParsedTemplate): Template {
  const template = new Template('')
  template.parsed = parsed as unknown as Template['parsed']
  return template
}

/** What rendered templates need besides their variables. */
export const TEMPLATE_HELPERS = {
  [STRIP]: (text: unknown, side: string, characters: string | null) => {
    if (typeof text !== 'string') throw new TypeError(`${side} needs text`)
    return strip(text, side, characters)
  },
}

/** Python's str.strip family: whole characters of a set, or whitespace. */
function strip(text: string, side: string, characters: string | null): string {
  const isStripped = (c: string) => (characters === null ? /[\s\x1c-\x1f\x85]/.test(c) && c !== '\ufeff' : characters.includes(c))
  let from = 0
  let to = text.length
  if (side !== 'rstrip') while (from < to && isStripped(text[from])) from++
  if (side !== 'lstrip') while (to > from && isStripped(text[to - 1])) to--
  return text.slice(from, to)
}

function replaceStripCalls(node: unknown): void {
  if (node instanceof Map) {
    for (const [key, value] of node) {
      replaceStripCalls(key)
      replaceStripCalls(value)
    }
    return
  }
  if (typeof node !== 'object' || node === null) return
  const call = node as Node
  const callee = call.callee as Node | undefined
  const property = callee?.property as Node | undefined
  if (call.type === 'CallExpression' && callee?.type === 'MemberExpression' && property?.type === 'Identifier') {
    const side = property.value as string
    if (!callee.computed && ['strip', 'lstrip', 'rstrip'].includes(side)) {
      const [characters] = call.args as Node[]
      call.callee = { ...property, value: STRIP }
      call.args = [callee.object, { type: 'StringLiteral', value: side }, characters ?? { ...property, value: 'none' }]
    }
  }
  for (const child of Object.values(call)) replaceStripCalls(child)
}

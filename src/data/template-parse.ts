import { parse, Template, tokenize } from '@huggingface/jinja'
import { boundedRange } from './template-bounds'

/** A node of jinja's syntax tree; only the fields that are looked at are known. */
export type Node = { type: string; [field: string]: unknown }

export interface ParsedTemplate {
  body: Node[]
}

const STRIP = '__strip'
const RANGE = '__range'

/**
 * Parse a template as transformers does (trim_blocks, lstrip_blocks), and let it compute as Python does where the
 * engine has its own ways:
 * - strip, lstrip, rstrip become calls of a helper: the engine ignores their argument, so that Qwen3's
 *   `content.lstrip('\n')` would lose the indentation of code; `trim` too, which is strip under another name.
 * - `range` is as short as the sandbox of transformers allows.
 * - A loop over what is not there (`for call in message.tool_calls`) runs no round instead of failing.
 */
export function parseTemplate(source: string): ParsedTemplate {
  const program = parsed(source)
  asInPython(program)
  return program
}

function parsed(source: string): ParsedTemplate {
  try {
    return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })) as unknown as ParsedTemplate
  } catch (error) {
    // The parser looks behind the last token without asking whether there is one.
    if (error instanceof TypeError) throw new SyntaxError('it ends within a tag', { cause: error })
    throw error
  }
}

export function templateOf(parsed: ParsedTemplate): Template {
  const template = new Template('')
  template.parsed = parsed as unknown as Template['parsed']
  return template
}

/** What rendered templates need besides their variables. */
export const TEMPLATE_HELPERS = {
  [RANGE]: boundedRange,
  // The engine hands none and what is not there on as undefined alike. The trim filter takes both, as texts.
  [STRIP]: (text: unknown, side: string, characters: string | undefined, isNone: boolean) => {
    if (text === undefined && side === 'trim') return isNone ? 'None' : ''
    if (typeof text !== 'string') throw new TypeError(`${side} needs text`)
    return strip(text, side, characters ?? null)
  },
}

/** Python's str.strip family: whole characters of a set, or whitespace. */
function strip(text: string, side: string, characters: string | null): string {
  const isStripped = (c: string) =>
    characters === null ? /[\s\x1c-\x1f\x85]/.test(c) && c !== '\ufeff' : characters.includes(c)
  let from = 0
  let to = text.length
  if (side !== 'rstrip') while (from < to && isStripped(text[from])) from++
  if (side !== 'lstrip') while (to > from && isStripped(text[to - 1])) to--
  return text.slice(from, to)
}

function asInPython(node: unknown): void {
  if (node instanceof Map) {
    for (const [key, value] of node) {
      asInPython(key)
      asInPython(value)
    }
    return
  }
  if (typeof node !== 'object' || node === null) return
  for (const child of Object.values(node)) asInPython(child)
  const it = node as Node
  if (it.type === 'CallExpression') {
    replaceStripCall(it)
    replaceRange(it)
  }
  if (it.type === 'FilterExpression') replaceTrim(it)
  if (it.type === 'For') guardLoop(it)
}

function replaceRange({ callee }: Node): void {
  const called = callee as Node
  if (called.type === 'Identifier' && called.value === 'range') called.value = RANGE
}

function replaceStripCall(call: Node): void {
  const callee = call.callee as Node
  const property = callee.property as Node | undefined
  if (callee.type !== 'MemberExpression' || callee.computed || property?.type !== 'Identifier') return
  if (!['strip', 'lstrip', 'rstrip'].includes(property.value as string)) return
  Object.assign(call, stripCall(callee.object, property.value as string, (call.args as Node[])[0]))
}

function replaceTrim(node: Node): void {
  const filter = node.filter as Node
  const named = (filter.type === 'CallExpression' ? filter.callee : filter) as Node
  if (named.value !== 'trim') return
  const characters = filter.type === 'CallExpression' ? (filter.args as Node[])[0] : undefined
  Object.assign(node, stripCall(node.operand, 'trim', characters))
}

function stripCall(text: unknown, side: string, characters: Node | undefined): Node {
  const name = (value: string): Node => ({ type: 'Identifier', value })
  const isNone = { type: 'TestExpression', operand: text, negate: false, test: name('none') }
  const args = [text, { type: 'StringLiteral', value: side }, characters ?? name('none'), isNone]
  return { type: 'CallExpression', callee: name(STRIP), args }
}

/** `for x in list` becomes `for x in list | default([])`, under a condition (`for x in list if ...`) its list. */
function guardLoop(loop: Node): void {
  const filtered = loop.iterable as Node
  const owner = filtered.type === 'SelectExpression' ? filtered : loop
  const field = owner === loop ? 'iterable' : 'lhs'
  const fallback: Node = { type: 'ArrayLiteral', value: [] }
  const filter: Node = { type: 'CallExpression', callee: { type: 'Identifier', value: 'default' }, args: [fallback] }
  owner[field] = { type: 'FilterExpression', operand: owner[field], filter }
}

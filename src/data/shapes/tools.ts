import { fail } from '../../errors'
import { parseExact } from '../exact-json'
import { LooseJsonError, parseLoose } from '../loose-json'
import type { Fields } from './fields'
import { isObject, structureIn } from './fields'

/** The tools of a row, from `tools` or OpenAI's older `functions`; null where it has none. */
export function toolsOf(fields: Fields): unknown[] | null {
  const name = fields.find('tools', 'functions')
  if (name === undefined) return listed(fields, 'tools') ?? listed(fields, 'functions')
  const found = fields.value[name]
  const tools = typeof found === 'string' ? structureIn(found) : found
  const list = isObject(tools) && typeof tools.name === 'string' ? [tools] : tools
  if (!Array.isArray(list)) throw fail('data-row-tools', { row: fields.row, field: name })
  fields.use(name, 'tools')
  return fields.nameOf('functions') === name ? list.map(asFunction) : list
}

/** An empty list of tools is one, too. */
function listed(fields: Fields, name: string): unknown[] | null {
  const value = fields.get(name)
  if (!Array.isArray(value)) return null
  fields.use(name, 'tools')
  return value
}

/** A function's description as the tool that it is; what is a tool already stays as it is. */
export function asFunction(tool: unknown): unknown {
  return isObject(tool) && typeof tool.name === 'string' && !isObject(tool.function)
    ? { type: 'function', function: tool }
    : tool
}

/**
 * Calls of tools as a message's `tool_calls`: from a list or one call, each by itself or inside `{type, function}`, as
 * JSON text or Python's, perhaps between <tool_call> tags. Throws 'data-row-tool-call'.
 */
export function callsOf(row: number, message: number, source: unknown): unknown[] {
  const calls = typeof source === 'string' ? callsIn(source) : source
  const list = Array.isArray(calls) ? calls : [calls]
  if (list.length === 0 || !list.every(isObject)) throw fail('data-row-tool-call', { row, message })
  return list.map((call) => (isObject(call.function) ? call : asFunction(call)))
}

function callsIn(text: string): unknown {
  const tagged = [...text.matchAll(/<tool_call>([\s\S]*?)<\/tool_call>/g)]
  return tagged.length > 0 ? tagged.map((match) => structureIn(match[1])) : structureIn(text)
}

/**
 * The same calls with arguments that can be read: JSON text and mappings as they are, Python's text as a mapping.
 * Throws 'data-row-tool-arguments', which names the call.
 */
export function checkedCalls(row: number, message: number, calls: readonly unknown[]): unknown[] {
  return calls.map((call) => {
    if (!isObject(call)) throw fail('data-row-tool-call', { row, message })
    const inner = isObject(call.function) ? call.function : call
    const { arguments: given } = inner
    if (typeof given !== 'string' || given.trim() === '' || isJson(given)) return call
    let parsed: unknown
    try {
      parsed = parseLoose(given)
    } catch (error) {
      if (!(error instanceof LooseJsonError)) throw error
      const name = typeof inner.name === 'string' ? inner.name : '?'
      const id = typeof call.id === 'string' ? call.id : ''
      throw fail('data-row-tool-arguments', { row, message, name, id, given: given.slice(0, 60) }, error)
    }
    return inner === call ? { ...call, arguments: parsed } : { ...call, function: { ...inner, arguments: parsed } }
  })
}

function isJson(text: string): boolean {
  try {
    parseExact(text)
    return true
  } catch {
    return false
  }
}

/** A call that a model makes: a function's name and its arguments. */
export interface ToolCall {
  name: string
  arguments: Record<string, unknown>
}

/**
 * The calls in an answer, in its order, however its family writes them: `<tool_call>` around JSON (Qwen, Hermes,
 * SmolLM), `[TOOL_CALLS]` before a list (Mistral), a code fence, or the whole answer as JSON (Llama). null where
 * something was meant for a call but cannot be read; [] where there is none.
 */
export function callsIn(answer: string): ToolCall[] | null {
  const tagged = [...answer.matchAll(/<tool_call>\s*([^]*?)\s*(?:<\/tool_call>|$)/g)].map(([, inner]) => inner)
  if (tagged.length > 0) return all(tagged)
  const listed = /\[TOOL_CALLS\]\s*([^]*)$/.exec(answer)
  if (listed) return all([listed[1]])
  const plain = answer.replace(/<\|python_tag\|>/g, '').trim()
  const fenced = [...plain.matchAll(/```(?:json|tool_call)?\s*\n([^]*?)```/g)].map(([, inner]) => inner)
  for (const texts of [[plain], fenced]) {
    const found = texts.length > 0 ? all(texts) : null
    if (found && found.length > 0) return found
  }
  return []
}

function all(texts: readonly string[]): ToolCall[] | null {
  const calls: ToolCall[] = []
  for (const text of texts) {
    const value = parsed(text)
    if (value === undefined) return null
    for (const one of Array.isArray(value) ? value : [value]) {
      const call = asCall(one)
      if (!call) return null
      calls.push(call)
    }
  }
  return calls
}

function asCall(value: unknown): ToolCall | null {
  if (!isObject(value)) return null
  const inner = isObject(value.function) ? value.function : value
  const given = inner.arguments ?? inner.parameters ?? {}
  const args = typeof given === 'string' ? parsed(given) : given
  return typeof inner.name === 'string' && isObject(args) ? { name: inner.name, arguments: args } : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

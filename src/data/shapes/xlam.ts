import { chat } from './chat'
import { isObject, structureIn } from './fields'
import type { Fields } from './fields'
import type { Shape } from './shape'
import { asFunction, callsOf, checkedCalls } from './tools'

const QUESTIONS = ['query', 'question', 'instruction', 'prompt', 'user']
const ANSWERS = ['answers', 'answer', 'tool_calls', 'calls']

/** xLAM's function calling: a query, the tools, and the calls that answer it. */
export const xlam: Shape = {
  format: 'xlam',
  recognise(fields) {
    if (!fields.has('tools', 'functions') || !fields.has(...QUESTIONS)) return null
    const answers = fields.find(...ANSWERS)
    return answers !== undefined && areCalls(fields.value[answers]) ? 'whole' : null
  },
  toExample(fields: Fields) {
    const content = fields.text('question', ...QUESTIONS)
    const answers = fields.find(...ANSWERS)
    if (answers === undefined) throw fields.lacks(ANSWERS)
    const calls = checkedCalls(fields.row, 2, callsOf(fields.row, 2, fields.value[answers]))
    fields.use(answers, 'answer')
    const example = chat(fields, {
      messages: [
        { role: 'user', content },
        { role: 'assistant', content: '', tool_calls: calls },
      ],
      untrained: [],
    })
    return { ...example, tools: example.tools?.map(asFunction) ?? null }
  },
}

function areCalls(value: unknown): boolean {
  const calls = typeof value === 'string' ? structureIn(value) : value
  const list = Array.isArray(calls) ? calls : [calls]
  return list.length > 0 && list.every((one) => isObject(one) && isObject(one.function ?? one) && hasName(one))
}

function hasName(call: Record<string, unknown>): boolean {
  const inner = isObject(call.function) ? call.function : call
  return typeof inner.name === 'string' && 'arguments' in inner
}

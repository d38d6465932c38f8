import type { Message } from '../../contracts/data'
import { completing, hasSystem, withSystem } from './chat'
import type { Fields } from './fields'
import type { Example, Shape } from './shape'
import { isTurn, turnList, turnsOf } from './turns'
import type { Turns } from './turns'

/** trl's prompt and completion: two texts, or two lists of messages. */
export const promptCompletion: Shape = {
  format: 'prompt-completion',
  recognise(fields) {
    if (fields.nameOf('prompt') === undefined || fields.nameOf('completion') === undefined) return null
    // Text may be learnt without a question, too.
    return fields.has('completion') && (fields.has('prompt') || fields.get('prompt') === '') ? 'whole' : 'part'
  },
  toExample: (fields) => promptAnd(fields, 'completion'),
}

/** The example that a prompt and the answer in another column make. */
export function promptAnd(fields: Fields, answer: string): Example {
  if (isList(fields, 'prompt') || isList(fields, answer)) {
    const prompt = withSystem(fields, turns(fields, 'prompt', 'user'))
    return completing(fields, prompt, turns(fields, answer, 'assistant'))
  }
  if (hasSystem(fields) || fields.has('tools', 'functions')) {
    // Plain texts have no place for either, so they are told as a conversation.
    fields.remark('text-as-chat')
    const prompt = withSystem(fields, turns(fields, 'prompt', 'user'))
    return completing(fields, prompt, turns(fields, answer, 'assistant'))
  }
  if (fields.get('prompt') === '') fields.use('prompt', 'prompt')
  return {
    kind: 'completion',
    prompt: fields.get('prompt') === '' ? '' : fields.text('prompt', 'prompt'),
    completion: fields.text('completion', answer),
  }
}

/** The messages of a column, a text being one of `role`. */
function turns(fields: Fields, name: string, role: 'user' | 'assistant'): Turns {
  if (isList(fields, name)) {
    const found = turnsOf(fields, name)
    fields.use(name, role === 'user' ? 'prompt' : 'completion')
    return found
  }
  const content = fields.text(role === 'user' ? 'prompt' : 'completion', name)
  const message: Message = { role, content }
  return { messages: [message], untrained: [] }
}

/** A list of messages, also as JSON or Python's text of one; a text that merely begins with a bracket is text. */
function isList(fields: Fields, name: string): boolean {
  const value = fields.get(name)
  if (Array.isArray(value)) return true
  const list = typeof value === 'string' ? turnList(value) : null
  return list !== null && list.length > 0 && list.every(isTurn)
}

import type { Message } from '../../contracts/data'

/** What a chat template writes around the texts of a conversation, where it does the same for every turn of a role. */
export interface Turns {
  /** In place of the system turn, where a conversation has none. */
  unasked: string
  /** null: the template knows no such turn. */
  system: Around | null
  user: Around
  assistant: Around
  /** Asks for the answer. */
  ask: string
  /** Asks for an answer without thinking; null where the template makes no difference. */
  askPlainly: string | null
}

export interface Around {
  before: string
  after: string
}

/** The text of a conversation, with or without its question for an answer. Throws what the template raises. */
export type Render = (
  messages: readonly Message[],
  asking: boolean,
  more?: { args?: Record<string, unknown>; tools?: unknown[] },
) => string

const [S, A, B, C] = ['qzsq', 'qzaq', 'qzbq', 'qzcq']
const user = (content: string): Message => ({ role: 'user', content })
const assistant = (content: string): Message => ({ role: 'assistant', content })
const system = (content: string): Message => ({ role: 'system', content })

/**
 * Read off a template what it writes around each turn. null where that differs from turn to turn, so that no such list
 * says what the template says: the list's text of ten conversations is compared with the template's own.
 */
export function readTurns(render: Render): Turns | null {
  try {
    const turns = probed(render)
    const known = CONVERSATIONS.filter(([first]) => turns.system || first.role !== 'system')
    return known.every((messages) => written(turns, messages) === render(messages, true)) ? turns : null
  } catch {
    // A template raises for turns that it does not know, and `cutAt` where a text is not where it must be.
    return null
  }
}

function probed(render: Render): Turns {
  const [start, userToAssistant, assistantToUser, asked] = cutAt(
    render([user(A), assistant(B), user(C)], true),
    A,
    B,
    C,
  )
  const [, closed] = cutAt(render([user(A)], false), A)
  const [, , ended] = cutAt(render([user(A), assistant(B)], false), A, B)
  // Some templates close what they do not ask about with more than the end of a turn.
  const afterUser = asked.startsWith(closed) && userToAssistant.startsWith(closed) ? closed : ''
  const afterAssistant = assistantToUser.startsWith(ended) ? ended : ''
  const before = assistantToUser.slice(afterAssistant.length)
  const plain = cutAt(render([user(A)], true, { args: { enable_thinking: false } }), A)[1]
  return {
    unasked: without(start, before),
    system: systemAround(render, before),
    user: { before, after: afterUser },
    assistant: { before: userToAssistant.slice(afterUser.length), after: afterAssistant },
    ask: asked.slice(afterUser.length),
    askPlainly: plain === asked || !plain.startsWith(afterUser) ? null : plain.slice(afterUser.length),
  }
}

function systemAround(render: Render, beforeUser: string): Around | null {
  let text: string
  try {
    text = render([system(S), user(A)], true)
  } catch {
    return null
  }
  if (!text.includes(S)) return null
  const [before, after] = cutAt(text, S, A)
  return { before, after: without(after, beforeUser) }
}

/** The pieces before, between and behind the marks, which stand in the text once each and in this order. */
export function cutAt(text: string, ...marks: string[]): string[] {
  const pieces: string[] = []
  let rest = text
  for (const mark of marks) {
    const parts = rest.split(mark)
    if (parts.length !== 2) throw new RangeError('a text is left out or written twice')
    pieces.push(parts[0])
    rest = parts[1]
  }
  return [...pieces, rest]
}

/** `text` without what it ends with. Throws where it ends otherwise. */
export function without(text: string, end: string): string {
  if (!text.endsWith(end)) throw new RangeError('turns of a role begin in different ways')
  return text.slice(0, text.length - end.length)
}

/** A conversation with its question, as the list has it. */
function written(turns: Turns, messages: readonly Message[]): string {
  const told = messages.map(({ role, content }) => {
    const { before, after } = turns[role as 'system' | 'user' | 'assistant']!
    return before + content + after
  })
  return (messages[0].role === 'system' ? '' : turns.unasked) + told.join('') + turns.ask
}

const TURNS = [
  user('How do I learn English?'),
  assistant('Little by little:\n\n1. listen\n2. speak'),
  user('怎么存钱？'),
  assistant('{{ .Answer }} {% raw %}'),
  user('def f(x):\n\treturn {"x": x}'),
  assistant('<b>yes</b> & "no"'),
  user('And then?'),
]
/** Of every length that ends with a question, with and without a system turn, one of several lines among them. */
const CONVERSATIONS: readonly Message[][] = [
  ...[1, 3, 5, 7].map((length) => TURNS.slice(0, length)),
  ...[1, 3, 5, 7].map((length) => [system('You answer in one sentence.'), ...TURNS.slice(0, length)]),
  [system('Line one.\n\nLine two: {{ x }}'), user('1 + 2 = ?')],
  [user('What is the tide?'), assistant('The sea that comes and goes.'), user('Why?')],
]

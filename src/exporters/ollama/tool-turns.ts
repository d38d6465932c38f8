import type { Message } from '../../contracts/data'
import { pythonJson } from '../../data/exact-json'
import type { Around, Render, Turns } from './turns'
import { cutAt, without } from './turns'

/** What a chat template writes around tools, calls of them and their results. */
export interface ToolTurns {
  /** Before and behind a system text, where there are tools. */
  system: Around
  /** In place of the system text where there is none. */
  unasked: string
  /** Whether a tool is printed with its type, or its function alone. */
  isWhole: boolean
  between: string
  after: string
  /** `lead` stands before a call that follows a text or another call. */
  call: { lead: string; open: string; middle: string; close: string }
  result: { open: string; between: string; close: string }
}

/** What a template writes of what an assistant's turn thought before it spoke. */
export interface Thought extends Around {
  /** Also before a later question of the user. */
  isKept: boolean
}

const [S, A, B, C, T] = ['qzsq', 'qzaq', 'qzbq', 'qzcq', 'qztq']
const [R, Q] = ['qzrq', 'qzpq']
const user: Message = { role: 'user', content: A }
const tool = (name: string) => ({
  type: 'function',
  function: { name, description: 'qzdq', parameters: { type: 'object', properties: {} } },
})
const TOOLS = [tool('qzfq'), tool('qzgq')]
const ARGUMENTS = [{ k: 'qzxq' }, { k: 'qzyq' }]
const calls = TOOLS.map(({ function: { name } }, i) => ({
  type: 'function',
  function: { name, arguments: ARGUMENTS[i] },
}))
const CALLED = calls.flatMap((call) => [call.function.name, pythonJson(call.function.arguments)])
const calling = (content: string): Message => ({ role: 'assistant', content, tool_calls: calls })
const result = (content: string): Message => ({ role: 'tool', content })

/** null where a template knows no tools, or writes them in a way that this list does not say. */
export function readToolTurns(render: Render, turns: Turns): ToolTurns | null {
  try {
    const found = probed(render, turns)
    return TALKS.every((messages) => written(turns, found, messages) === render(messages, true, { tools: TOOLS }))
      ? found
      : null
  } catch {
    return null
  }
}

function probed(render: Render, turns: Turns): ToolTurns {
  const { user: asked, assistant } = turns
  const plain = render([user], true, { tools: TOOLS })
  const isWhole = plain.includes(pythonJson(TOOLS[0]))
  const shown = TOOLS.map((one) => pythonJson(isWhole ? one : one.function))
  const [unasked, between, rest] = cutAt(plain, ...shown, A)
  const after = without(rest, asked.before)
  const [before, behind] = cutAt(render([{ role: 'system', content: S }, user], true, { tools: TOOLS }), S, ...shown)

  const asks: Message = { role: 'user', content: C }
  const answered = cutAt(
    render([user, calling(''), result(R), result(Q), asks], true, { tools: TOOLS }),
    ...[A, ...CALLED, R, Q, C],
  )
  const spoken = cutAt(render([user, calling(B), result(R), asks], true, { tools: TOOLS }), A, B, ...CALLED)
  // In a last turn alone the end of a call can be told from what follows it; what is before it may be another's there.
  const last = cutAt(render([user, calling('')], false, { tools: TOOLS }), A, ...CALLED)
  const header = asked.after + assistant.before
  if (!answered[1].startsWith(header)) throw new RangeError('a call begins a turn of its own kind')
  const open = answered[1].slice(header.length)
  const close = without(last.at(-1)!, assistant.after)
  const call = { lead: without(spoken[2], open), open, middle: answered[2], close }

  const ended = close + assistant.after
  if (!answered[5].startsWith(ended)) throw new RangeError('a result begins within the turn of the call')
  return {
    ...{ system: { before, after: behind }, unasked, isWhole, between, after, call },
    result: {
      open: answered[5].slice(ended.length),
      between: answered[6],
      close: without(answered[7], asked.before),
    },
  }
}

/**
 * What the template prints before an answer of its `reasoning_content`; null for nothing. One that asks by opening the
 * thought (DeepSeek-R1's) and never prints one again closes it as its model does.
 */
export function readThought(render: Render, { user: asked, assistant, ask }: Turns): Thought | null {
  const [opening] = /<think>\n?$/.exec(ask) ?? []
  if (opening) return { before: opening, after: '\n</think>\n\n', isKept: false }
  try {
    const thought: Message = { role: 'assistant', content: B, reasoning_content: T }
    const [, opened, after] = cutAt(render([user, thought], false), A, T, B)
    const header = asked.after + assistant.before
    const before = opened.slice(header.length)
    // Without words around it nobody could tell it from the answer.
    if (!opened.startsWith(header) || before.trim() === '' || after.trim() === '') return null
    return { before, after, isKept: render([user, thought, user], true).includes(T) }
  } catch {
    return null
  }
}

/** A conversation with tools as the list has it, JSON as Python writes it. */
function written(turns: Turns, tools: ToolTurns, messages: readonly Message[]): string {
  const [first] = messages
  const shown = TOOLS.map((one) => pythonJson(tools.isWhole ? one : one.function)).join(tools.between)
  const { call, result: told, system } = tools
  const start = first.role === 'system' ? system.before + first.content + system.after : tools.unasked
  const text = messages.map(({ role, content, tool_calls }, i) => {
    if (role === 'system') return ''
    if (role === 'tool') {
      const isNext = messages[i - 1].role === 'tool'
      return (isNext ? told.between : told.open) + content + (messages[i + 1]?.role === 'tool' ? '' : told.close)
    }
    const { before, after } = turns[role as 'user' | 'assistant']
    const made = ((tool_calls ?? []) as typeof calls).map(({ function: { name, arguments: given } }, k) => {
      const lead = k > 0 || content ? call.lead : ''
      return lead + call.open + name + call.middle + pythonJson(given) + call.close
    })
    return before + content + made.join('') + after
  })
  return start + shown + tools.after + text.join('') + turns.ask
}

const SYSTEM: Message = { role: 'system', content: 'Use tools.' }
const FINE: Message = { role: 'assistant', content: 'It is fine.' }
const one = (content: string): Message => ({ role: 'assistant', content, tool_calls: calls.slice(0, 1) })
/** One call and several, with a text and without, one result and several, asked again and not. */
const TALKS: readonly Message[][] = [
  [user],
  [SYSTEM, user],
  [user, one(''), result('sunny')],
  [SYSTEM, user, one(''), result('sunny')],
  [user, one('I look.'), result('sunny'), FINE, { role: 'user', content: 'And there?' }],
  [user, calling(''), result('sunny'), result('雨\n{"mm": 3}')],
  [SYSTEM, user, calling('I look.'), result('sunny'), result('雨'), FINE, { role: 'user', content: '谢谢' }],
  [user, one(''), result('sunny'), one(''), result('rain'), FINE, { role: 'user', content: 'And now?' }],
]

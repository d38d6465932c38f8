import { chat } from './chat'
import type { RowValue } from '../source-row'
import { Fields, isObject } from './fields'
import type { Shape } from './shape'
import { isPair, isTurn, turnList, turnsOf } from './turns'

/** Columns that hold conversations, in their plain spelling. */
const COLUMNS = [
  'messages',
  'conversations',
  'conversation',
  'dialogue',
  'dialogues',
  'dialog',
  'dialogs',
  'chat',
  'chats',
  'turns',
  'message',
  'chat_history',
  '对话',
  '会话',
  '消息',
]
/** UltraChat keeps the texts by turns under a name that says nothing else; it counts where nothing else does. */
const LAST = 'data'

const isSaid = (one: unknown) => isTurn(one) || isPair(one)

/** The column that holds the conversation, with its turns: every one of them must be one. */
export function conversation(fields: Fields): { name: string; list: unknown[] } | null {
  for (const column of [...COLUMNS, LAST]) {
    const name = fields.find(column)
    const list = name === undefined ? null : turnList(fields.value[name])
    if (name === undefined || !list || list.length === 0) continue
    const areTexts = list.length > 1 && list.every((one) => typeof one === 'string')
    // Pairs under a name that says nothing are rows.
    if (areTexts || (column === LAST ? isTurn(list[0]) : isSaid(list[0]))) return { name, list }
  }
  return null
}

/** Whether a value is a row by itself, whose lists are the turns of one conversation. */
export function isConversation(value: RowValue): boolean {
  const found = conversation(new Fields(0, value))
  return found !== null && found.name !== LAST
}

const isOpenAi = (list: unknown[]) => list.some((one) => isObject(one) && 'role' in one)

/** OpenAI's messages, `{role, content}`. */
export const messages: Shape = {
  format: 'messages',
  recognise(fields) {
    const found = conversation(fields)
    if (found) return isOpenAi(found.list) ? 'whole' : null
    return fields.nameOf('messages') === undefined ? null : 'part'
  },
  toExample: (fields) => chat(fields, turnsOf(fields, conversation(fields)?.name ?? 'messages')),
}

/** Conversations in all other spellings: ShareGPT's `{from, value}`, pairs, texts by turns. */
export const sharegpt: Shape = {
  format: 'sharegpt',
  recognise(fields) {
    const found = conversation(fields)
    if (found) return isOpenAi(found.list) ? null : 'whole'
    const named = COLUMNS.find((name) => name !== 'messages' && fields.nameOf(name) !== undefined)
    return named === undefined ? null : 'part'
  },
  toExample(fields) {
    const named = COLUMNS.find((name) => fields.nameOf(name) !== undefined)
    return chat(fields, turnsOf(fields, conversation(fields)?.name ?? named ?? 'conversations'))
  },
}

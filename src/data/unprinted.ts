import type { Message } from '../contracts/data'
import type { ChatTemplate } from './chat-template'
import { isPresent } from './shapes/fields'

/** Fields that every template prints, and those that say only who, when, which, or how much it counts. */
const KNOWN = new Set(
  (
    'role content tool_calls tool_call_id id name index timestamp ' +
    'weight train training trainable loss loss_mask loss_weight train_on_turn'
  ).split(' '),
)

/** Fields of messages that say something, but that the template never mentions, so that they are not learnt. */
export function unprintedFields(messages: readonly Message[], template: ChatTemplate): string[] {
  const names = new Set(messages.flatMap((message) => Object.entries(message).flatMap(said)))
  return [...names].filter((name) => !template.mentions(name))
}

const said = ([name, value]: [string, unknown]): string[] => (KNOWN.has(name) || !isPresent(value) ? [] : [name])

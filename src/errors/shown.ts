const LONGEST = 120

/**
 * A value of somebody's file as a message can hold it: its JSON, cut where it is long. Never throws, also for lists so
 * deep that JSON.stringify runs out of stack.
 */
export function shown(value: unknown): string {
  let text: string
  try {
    text = JSON.stringify(value) ?? ''
  } catch {
    text = Array.isArray(value) ? '[…]' : '{…}'
  }
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

import { type Node, type ParsedTemplate, parseTemplate } from './template-parse'

/**
 * Marks that a template writes into its own output while it renders, so that the text each message became can be
 * found in it. They are Unicode noncharacters, which no text that is interchanged contains.
 */
export const MESSAGE_MARK = '\ufdd0'
export const LOOP_END_MARK = '\ufdd1'
export const GENERATION_START_MARK = '\ufdd2'
export const GENERATION_END_MARK = '\ufdd3'
export const ANY_MARK = /[\ufdd0-\ufdd3]/

/** Whether the template says itself what is generated (`{% generation %}`), with any whitespace control. */
export function hasGenerationTags(source: string): boolean {
  return /\{%-?\s*generation\s*-?%\}/.test(source)
}

/**
 * Replace each `{% generation %}` by block tags that print a mark, or nothing. Block tags, because they take part in
 * trim_blocks and lstrip_blocks exactly as the tag they replace; the engine drops such a tag with the space around it.
 */
export function markGenerationTags(source: string, start = GENERATION_START_MARK, end = GENERATION_END_MARK): string {
  return source
    .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, `{%$1 if true %}{{ '${start}' }}{% endif $2%}`)
    .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, `{%$1 if true %}{{ '${end}' }}{% endif $2%}`)
}

/**
 * The same template with marks in every outermost loop over the messages: before each turn MESSAGE_MARK role
 * MESSAGE_MARK, after the loop LOOP_END_MARK. Done on the syntax tree, where whitespace control is already settled.
 * null when no loop goes over the messages.
 */
export function markMessageLoops(source: string): ParsedTemplate | null {
  const program = parseTemplate(source)
  const lists = new Set(['messages'])
  let found = false

  const mark = (body: Node[]): Node[] =>
    body.flatMap((node) => {
      if (node.type === 'Set' && mentions(node.value, lists)) {
        const assignee = node.assignee as Node
        if (assignee.type === 'Identifier') lists.add(assignee.value as string)
      }
      if (node.type === 'If') {
        node.body = mark(node.body as Node[])
        node.alternate = mark(node.alternate as Node[])
      }
      const variable = node.type === 'For' ? (node.loopvar as Node) : null
      if (variable?.type !== 'Identifier' || !mentions(node.iterable, lists)) return [node]
      found = true
      const name = variable.value as string
      const role = `(${name}.role if ${name} is mapping else '')`
      node.body = [...printing(`'${MESSAGE_MARK}' ~ ${role} ~ '${MESSAGE_MARK}'`), ...(node.body as Node[])]
      return [node, ...printing(`'${LOOP_END_MARK}'`)]
    })

  program.body = mark(program.body)
  return found ? program : null
}

function printing(expression: string): Node[] {
  return parseTemplate(`{{ ${expression} }}`).body
}

/**
 * Whether an expression is one of the lists itself or a part of it (`messages`, `messages[1:]`), not of one message.
 */
function mentions(value: unknown, lists: Set<string>): boolean {
  const node = value as Node | null
  if (!node || typeof node !== 'object') return false
  if (node.type === 'Identifier') return lists.has(node.value as string)
  if (node.type === 'MemberExpression') {
    const property = node.property as Node
    return property.type === 'SliceExpression' && mentions(node.object, lists)
  }
  if (node.type === 'FilterExpression') return mentions(node.operand, lists)
  if (node.type === 'SelectExpression') return mentions(node.lhs, lists)
  return false
}

/**
 * A small preprocessor for the WGSL in shaders/. Register tiles need unrolled code (drivers do not keep an indexed
 * private array in registers), and variants need lines left out; WGSL has neither. Directives stand alone on comment
 * lines, so the files stay WGSL to an editor:
 *
 *   //#if NAME   //#if !NAME   //#if NAME == 4   //#if A && B || C   //#else   //#end      (an undefined NAME is false)
 *   //#for i in 0..TM          body with ${i} and ${i * 4 + 1}          //#end
 *
 * `${NAME}` inserts a define, or the value of integer arithmetic over defines and loop variables.
 */
export type Defines = Record<string, string | number | boolean>

type Node =
  | { kind: 'line'; text: string }
  | { kind: 'if'; condition: string; then: Node[]; otherwise: Node[] }
  | { kind: 'for'; variable: string; from: string; to: string; body: Node[] }

/** Expand a template; throws an Error naming the line for anything it does not understand. */
export function expandWgsl(source: string, defines: Defines): string {
  const nodes = parse(source)
  const out: string[] = []
  emit(nodes, { ...defines }, out)
  return out.join('\n')
}

function parse(source: string): Node[] {
  const root: Node[] = []
  const stack: { list: Node[]; node: Node | null }[] = [{ list: root, node: null }]
  for (const [index, text] of source.split('\n').entries()) {
    const directive = /^\s*\/\/#(\w+)\s*(.*?)\s*$/.exec(text)
    const top = stack[stack.length - 1]
    if (!directive) {
      top.list.push({ kind: 'line', text })
      continue
    }
    const [, word, rest] = directive
    if (word === 'if') {
      const node: Node = { kind: 'if', condition: rest, then: [], otherwise: [] }
      top.list.push(node)
      stack.push({ list: node.then, node })
    } else if (word === 'else' && top.node?.kind === 'if') {
      top.list = top.node.otherwise
    } else if (word === 'for') {
      const parts = /^(\w+) in (.+)\.\.(.+)$/.exec(rest)
      if (!parts) throw new Error(`WGSL template line ${index + 1}: cannot read "for ${rest}"`)
      const node: Node = { kind: 'for', variable: parts[1], from: parts[2], to: parts[3], body: [] }
      top.list.push(node)
      stack.push({ list: node.body, node })
    } else if (word === 'end' && top.node) {
      stack.pop()
    } else {
      throw new Error(`WGSL template line ${index + 1}: unexpected "${text.trim()}"`)
    }
  }
  if (stack.length !== 1) throw new Error('WGSL template: a //#if or //#for is not closed by //#end')
  return root
}

function emit(nodes: Node[], scope: Defines, out: string[]): void {
  for (const node of nodes) {
    if (node.kind === 'line') {
      out.push(inserted(node.text, scope))
    } else if (node.kind === 'if') {
      emit(condition(inserted(node.condition, scope), scope) ? node.then : node.otherwise, scope, out)
    } else {
      const to = Number(value(node.to, scope))
      for (let i = Number(value(node.from, scope)); i < to; i++) emit(node.body, { ...scope, [node.variable]: i }, out)
    }
  }
}

function inserted(text: string, scope: Defines): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, expression: string) => String(value(expression, scope)))
}

/** `&&` binds tighter than `||`. */
function condition(text: string, scope: Defines): boolean {
  return text.split('||').some((either) => holds(either, scope))
}

function holds(text: string, scope: Defines): boolean {
  return text.split('&&').every((part) => {
    const compare = /^\s*(.+?)\s*(==|!=)\s*(.+?)\s*$/.exec(part)
    if (compare) {
      const left = /^[A-Za-z_]\w*$/.test(compare[1]) ? (scope[compare[1]] ?? '') : value(compare[1], scope)
      const same = String(left) === String(value(compare[3], scope, true))
      return compare[2] === '==' ? same : !same
    }
    const flag = /^\s*(!?)(\w+)\s*$/.exec(part)
    if (!flag) throw new Error(`WGSL template: cannot read the condition "${text}"`)
    return Boolean(scope[flag[2]]) !== (flag[1] === '!')
  })
}

/** Integer arithmetic with + - * / % and parentheses, or the bare value of one define. */
function value(expression: string, scope: Defines, bareWords = false): string | number | boolean {
  const text = expression.trim()
  // The right side of a comparison is a word, whatever defines there are.
  if (bareWords && /^[A-Za-z_]\w*$/.test(text)) return text
  if (text in scope) return scope[text]
  const tokens = text.match(/\d+|\w+|[-+*/%()]/g) ?? []
  let at = 0
  const primary = (): number => {
    const token = tokens[at++]
    if (token === '(') {
      const inner = sum()
      at++
      return inner
    }
    if (token !== undefined && /^\d+$/.test(token)) return Number(token)
    if (token !== undefined && token in scope) return Number(scope[token])
    throw new Error(`WGSL template: "${token}" in "${text}" is not defined`)
  }
  const product = (): number => {
    let left = primary()
    while (tokens[at] === '*' || tokens[at] === '/' || tokens[at] === '%') {
      const operator = tokens[at++]
      const right = primary()
      left = operator === '*' ? left * right : operator === '/' ? Math.floor(left / right) : left % right
    }
    return left
  }
  const sum = (): number => {
    let left = product()
    while (tokens[at] === '+' || tokens[at] === '-') left = tokens[at++] === '+' ? left + product() : left - product()
    return left
  }
  return sum()
}

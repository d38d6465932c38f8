import type { parser } from '@lezer/python'
import { Call, Dictionary, Named, Routine, Unknown, type Given, type Value } from './values'

/** A node of the parsed script. */
export type SyntaxNode = ReturnType<(typeof parser)['parse']>['topNode']

/** Names of the script by their values, and where calls of other libraries are noted. */
export interface Scope {
  source: string
  names: Map<string, Value>
  /** Every call of something from elsewhere, in order. */
  calls: Call[]
  line(at: number): number
}

/** The children of a node that mean something: no brackets, commas or comments. */
export function parts(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment' && !/^[()[\]{},:.]$/.test(child.name)) found.push(child)
  }
  return found
}

export const textOf = ({ source }: Scope, node: SyntaxNode): string => source.slice(node.from, node.to)

/** The value of an expression; Unknown where only running would tell. */
export function evaluate(node: SyntaxNode, scope: Scope): Value {
  const inner = parts(node)
  const text = textOf(scope, node)
  const unknown = () => new Unknown(text)
  switch (node.name) {
    case 'Number':
      return Number(text.replaceAll('_', ''))
    case 'Boolean':
      return text === 'True'
    case 'None':
      return null
    case 'String':
      return stringValue(text) ?? unknown()
    case 'ContinuedString': {
      const pieces = inner.map((piece) => evaluate(piece, scope))
      return pieces.every((piece) => typeof piece === 'string') ? pieces.join('') : unknown()
    }
    case 'FormatString':
      return formatted(node, scope) ?? unknown()
    case 'ParenthesizedExpression':
      return evaluate(inner[0], scope)
    case 'ArrayExpression':
    case 'TupleExpression':
    case 'SetExpression':
      return inner.map((item) => evaluate(item, scope))
    case 'DictionaryExpression':
      return dictionary(inner, scope)
    case 'VariableName':
      return scope.names.has(text) ? scope.names.get(text)! : new Named(text)
    case 'MemberExpression':
      return member(node, scope)
    case 'CallExpression':
      return call(node, scope)
    case 'UnaryExpression':
      return unary(textOf(scope, inner[0]), evaluate(inner[1], scope)) ?? unknown()
    case 'BinaryExpression':
      return binary(inner, scope) ?? unknown()
    case 'ConditionalExpression': {
      const condition = truth(evaluate(inner[2], scope))
      return condition === undefined ? unknown() : evaluate(condition ? inner[0] : inner[4], scope)
    }
    default:
      return unknown()
  }
}

/** Whether Python takes a value for true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value instanceof Unknown || value instanceof Named || value instanceof Call) return undefined
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Dictionary) return value.entries.size > 0
  return typeof value === 'object' && value !== null ? true : Boolean(value)
}

function stringValue(text: string): string | undefined {
  const found = /^([rRbBuU]*)("""|'''|"|')([^]*)\2$/.exec(text)
  if (!found) return undefined
  const [, prefix, , body] = found
  if (/r/i.test(prefix)) return body
  const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\n': '' }
  return body.replace(/\\(u[\da-fA-F]{4}|x[\da-fA-F]{2}|[^])/g, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(parseInt(code.slice(1), 16)) : (escapes[code] ?? code),
  )
}

/** An f-string whose every part is known. */
function formatted(node: SyntaxNode, scope: Scope): string | undefined {
  const body = /^[fFrR]*("""|'''|"|')/.exec(textOf(scope, node))?.[0].length ?? 0
  const quote = /("""|'''|"|')$/.exec(textOf(scope, node))?.[0].length ?? 0
  let text = ''
  let at = node.from + body
  for (const part of node.getChildren('FormatReplacement')) {
    const [expression, ...format] = parts(part)
    const value = format.length === 0 && expression ? evaluate(expression, scope) : null
    if (typeof value !== 'string' && typeof value !== 'number') return undefined
    text += scope.source.slice(at, part.from) + String(value)
    at = part.to
  }
  return text + scope.source.slice(at, node.to - quote)
}

function dictionary(inner: SyntaxNode[], scope: Scope): Value {
  const entries = new Map<string, Value>()
  for (let i = 0; i < inner.length; i += 2) {
    const value = evaluate(inner[i + 1], scope)
    if (inner[i].name === '**') {
      if (value instanceof Dictionary) for (const [name, one] of value.entries) entries.set(name, one)
      continue
    }
    const name = evaluate(inner[i], scope)
    entries.set(typeof name === 'string' ? name : textOf(scope, inner[i]), value)
  }
  return new Dictionary(entries)
}

function member(node: SyntaxNode, scope: Scope): Value {
  const [object, of] = parts(node)
  const owner = evaluate(object, scope)
  const isIndex = of.name !== 'PropertyName'
  const key = isIndex ? evaluate(of, scope) : textOf(scope, of)
  if (owner instanceof Dictionary && typeof key === 'string') {
    return owner.entries.has(key) ? owner.entries.get(key)! : new Unknown(textOf(scope, node))
  }
  if (Array.isArray(owner) && typeof key === 'number') return owner.at(key) ?? new Unknown(textOf(scope, node))
  if (owner instanceof Call && !isIndex && owner.given.has(String(key))) return owner.given.get(String(key))!.value
  if (owner instanceof Named && !isIndex) return new Named(`${owner.path}.${String(key)}`)
  return new Unknown(textOf(scope, node))
}

function call(node: SyntaxNode, scope: Scope): Value {
  const [callee, list] = parts(node)
  const { args, given } = argumentsOf(list, scope)
  const called = evaluate(callee, scope)
  // A helper of many scripts, which looks for what peft finds by this name.
  if (/^find_\w*linear\w*$/.test(textOf(scope, callee))) return 'all-linear'
  if (called instanceof Routine) return called.run(args, given)
  // A class of the script: its attributes, with what the call gives.
  if (called instanceof Dictionary) {
    return new Dictionary(
      new Map([...called.entries, ...[...given].map(([name, { value }]) => [name, value] as const)]),
    )
  }
  const path = called instanceof Named ? called.path : dotted(callee, scope)
  const built = builtin(path, args, given)
  const known = built === undefined ? parsed(path, scope) : built
  if (known !== undefined) return known
  const made = new Call(path, scope.line(node.from))
  made.args.push(...args)
  for (const [name, one] of given) made.given.set(name, one)
  return noted(made, scope)
}

/** `model.resize_token_embeddings` of a model that the script made. */
const dotted = (callee: SyntaxNode, scope: Scope) => textOf(scope, callee).replaceAll(/\s+/g, '')

/** Marks what `add_argument` has told an argument parser, among the names of a scope. */
export const PARSED = '--'

/** What `parse_args()` gives: the defaults of the arguments; of a HfArgumentParser those of its dataclasses. */
function parsed(path: string, scope: Scope): Value | undefined {
  const name = path.split('.').at(-1)!
  if (name === 'parse_args' || name === 'parse_known_args') {
    const found = [...scope.names].filter(([one]) => one.startsWith(PARSED))
    const defaults = new Dictionary(new Map(found.map(([one, value]) => [one.slice(PARSED.length), value])))
    return name === 'parse_args' ? defaults : [defaults, []]
  }
  if (!name.startsWith('parse_args_into') && name !== 'parse_args_and_config') return undefined
  const parser = scope.calls.findLast((one) => /^(HfArgumentParser|TrlParser)$/.test(one.name))
  const [classes] = parser?.args ?? [parser?.given.get('dataclass_types')?.value ?? []]
  return (Array.isArray(classes) ? classes : [classes]).map((one) => {
    if (one instanceof Routine) return one.run([], new Map())
    return one instanceof Named ? noted(new Call(one.path, parser!.line), scope) : one
  })
}

export function noted(call: Call, scope: Scope): Call {
  scope.calls.push(call)
  return call
}

/** What Python itself works out from values that are known. */
function builtin(path: string, args: Value[], given: Map<string, Given>): Value | undefined {
  const [first, second] = args
  if (path === 'getattr' && first instanceof Named && typeof second === 'string')
    return new Named(`${first.path}.${second}`)
  if (path === 'dict' && args.length === 0) {
    return new Dictionary(new Map([...given].map(([name, { value }]) => [name, value])))
  }
  // Nothing is set where nothing runs.
  if (/^os\.(environ\.get|getenv)$/.test(path)) return second ?? null
  if (path === 'int' && typeof first !== 'object') return Math.trunc(Number(first))
  if (path === 'float' && typeof first !== 'object') return Number(first)
  if (path === 'str' && (typeof first === 'string' || typeof first === 'number')) return String(first)
  if ((path === 'list' || path === 'tuple' || path === 'set') && Array.isArray(first)) return first
  if (path === 'len' && (Array.isArray(first) || typeof first === 'string')) return first.length
  if ((path === 'max' || path === 'min') && args.every((one) => typeof one === 'number')) return Math[path](...args)
  // A dataclass' or pydantic's field, by its default.
  if (path === 'field' || path === 'Field' || path === 'dataclasses.field') {
    return given.has('default') ? given.get('default')!.value : (first ?? new Unknown(path))
  }
  return undefined
}

function argumentsOf(list: SyntaxNode, scope: Scope): { args: Value[]; given: Map<string, Given> } {
  const args: Value[] = []
  const given = new Map<string, Given>()
  const inner = parts(list)
  for (let i = 0; i < inner.length; i++) {
    const node = inner[i]
    if (node.name === 'VariableName' && inner[i + 1]?.name === 'AssignOp') {
      const value = inner[i + 2]
      const text = scope.source.slice(node.from, value.to)
      given.set(textOf(scope, node), { value: evaluate(value, scope), line: scope.line(node.from), text })
      i += 2
    } else if (node.name === '**') {
      const value = evaluate(inner[++i], scope)
      if (!(value instanceof Dictionary)) continue
      const line = scope.line(node.from)
      for (const [name, one] of value.entries)
        given.set(name, { value: one, line, text: `**${textOf(scope, inner[i])}` })
    } else if (node.name !== '*') {
      args.push(evaluate(node, scope))
    }
  }
  return { args, given }
}

function unary(operator: string, value: Value): Value | undefined {
  if (operator === 'not') {
    const known = truth(value)
    return known === undefined ? undefined : !known
  }
  if (typeof value !== 'number') return undefined
  return operator === '-' ? -value : value
}

const ARITHMETIC: Record<string, (a: number, b: number) => Value> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '//': (a, b) => Math.floor(a / b),
  '%': (a, b) => a - b * Math.floor(a / b),
  '**': (a, b) => a ** b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
}

function binary([left, operator, right, ...more]: SyntaxNode[], scope: Scope): Value | undefined {
  if (!right || more.length > 0) return undefined
  const name = textOf(scope, operator)
  const a = evaluate(left, scope)
  if (name === 'and' || name === 'or') {
    const known = truth(a)
    return known === undefined ? undefined : known === (name === 'and') ? evaluate(right, scope) : a
  }
  const b = evaluate(right, scope)
  if (a instanceof Unknown || b instanceof Unknown || a instanceof Call || b instanceof Call) return undefined
  if (name === '==' || name === 'is') return same(a, b)
  if (name === '!=') return !same(a, b)
  if (typeof a === 'number' && typeof b === 'number' && Object.hasOwn(ARITHMETIC, name)) return ARITHMETIC[name](a, b)
  if (name === '+' && typeof a === 'string' && typeof b === 'string') return a + b
  if (name === '+' && Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  return undefined
}

const same = (a: Value, b: Value) =>
  a instanceof Named && b instanceof Named ? a.path === b.path : JSON.stringify(a) === JSON.stringify(b)

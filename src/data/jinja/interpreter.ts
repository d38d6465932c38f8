import { Environment, Interpreter } from '@huggingface/jinja'
import type { Node } from '../template-parse'
import { CHECKS } from './checks'
import { FILTERS } from './filters'
import { loopOver, LoopControl } from './loops'
import { TEXT_METHODS } from './texts'
import { isTestFilter } from './test-arguments'
import { calculate, COMPARISONS } from './operators'
import type { Scope, Value } from './values'
import {
  dict,
  isDict,
  isList,
  isMissing,
  isText,
  isTrue,
  isWhole,
  list,
  missing,
  none,
  printed,
  text,
  truth,
} from './values'

/** What of the package's interpreter is called or replaced here; its types keep it to themselves. */
interface Base {
  evaluate(node: unknown, scope: Scope): Value
  evaluateArguments(args: unknown, scope: Scope): [Value[], Map<string, Value>]
  evaluateBinaryExpression(node: Node, scope: Scope): Value
  evaluateSliceExpression(object: Value, slice: Node, scope: Scope): Value
  applyFilter(operand: Value, filter: Node, scope: Scope): Value
}
const PackageInterpreter = Interpreter as unknown as new (scope: Environment) => Base

const operatorOf = (node: Node): string => (node.operator as { value: string }).value
/** Names stand alone, or are called with arguments. */
const called = (node: Node): { name: string; args: unknown } =>
  node.type === 'CallExpression'
    ? { name: (node.callee as { value: string }).value, args: node.args }
    : { name: node.value as string, args: [] }

/** What prints nothing, whatever it gives: the rest are expressions, whose None is printed. */
const SILENT = new Set(['Set', 'Macro', 'Comment'])

/**
 * The package's interpreter, completed to what jinja2 and Python do: values print, compare and add up as in Python,
 * comparisons chain, and filters, tests and methods of texts are all there.
 */
export class PythonInterpreter extends PackageInterpreter {
  override evaluate(node: Node | undefined, scope: Scope): Value {
    if (node?.type === 'Break' || node?.type === 'Continue') throw new LoopControl(node.type)
    return super.evaluate(node, scope)
  }

  evaluateBlock(statements: readonly Node[], scope: Scope): Value {
    let said = ''
    for (const statement of statements) {
      try {
        const value = this.evaluate(statement, scope)
        if (!SILENT.has(statement.type)) said += printed(value)
      } catch (thrown) {
        // What stands before a break is said.
        if (thrown instanceof LoopControl) thrown.said = said + thrown.said
        throw thrown
      }
    }
    return text(said)
  }

  override evaluateBinaryExpression(node: Node, scope: Scope): Value {
    const operator = operatorOf(node)
    const left = node.left as Node
    if (operator === 'and' || operator === 'or') return super.evaluateBinaryExpression(node, scope)
    // `a < b < c` is parsed as `(a < b) < c`, and means both.
    if (COMPARISONS.has(operator) && left.type === 'BinaryExpression' && COMPARISONS.has(operatorOf(left))) {
      const before = this.evaluate(left, scope)
      if (!isTrue(before)) return before
      return calculate(operator, this.evaluate(left.right as Node, scope), this.evaluate(node.right as Node, scope))
    }
    return calculate(operator, this.evaluate(left, scope), this.evaluate(node.right as Node, scope))
  }

  evaluateMemberExpression(node: Node, scope: Scope): Value {
    const object = this.evaluate(node.object as Node, scope)
    const property = node.property as Node
    if (property.type === 'SliceExpression') return this.evaluateSliceExpression(object, property, scope)
    if (node.computed) return member(object, this.evaluate(property, scope))
    return member(
      object,
      property.type === 'IntegerLiteral' ? this.evaluate(property, scope) : text(property.value as string),
    )
  }

  evaluateCallExpression(node: Node, scope: Scope): Value {
    const callee = node.callee as Node
    const [args, named] = this.evaluateArguments(node.args, scope)
    let act: Value
    if (callee.type === 'MemberExpression' && !callee.computed) {
      const object = this.evaluate(callee.object as Node, scope)
      const name = (callee.property as { value: string }).value
      if (isText(object)) {
        if (!Object.hasOwn(TEXT_METHODS, name)) throw new SyntaxError(`texts have no method ${name}`)
        return TEXT_METHODS[name](object.value, args, named)
      }
      if (isDict(object) && !object.value.has(name)) {
        if (name === 'items') return FILTERS.items(object, { args, named, apply: this.apply })
        if (name === 'get') return (isText(args[0]) && object.value.get(args[0].value)) || (args[1] ?? none())
      }
      act = member(object, text(name))
    } else act = this.evaluate(callee, scope)
    if (act.type !== 'FunctionValue') throw new TypeError(`${printed(act) || 'what is not there'} cannot be called`)
    if (named.size > 0) args.push(keywords(named))
    return (act.value as (args: Value[], scope: Scope) => Value)(args, scope)
  }

  override applyFilter(operand: Value, filter: Node, scope: Scope): Value {
    const { name, args: given } = called(filter)
    if (name === 'tojson') return super.applyFilter(...this.inOrder(operand, filter, scope), scope)
    const test = isTestFilter(name)
    if (!test && !Object.hasOwn(FILTERS, name)) return super.applyFilter(operand, filter, scope)
    const [args, named] = this.evaluateArguments(given, scope)
    if (test) return truth(this.check(test.name, operand, args) !== test.isNegated)
    return FILTERS[name](operand, { args, named, apply: this.apply })
  }

  /** The keys in Python's order where `sort_keys` asks for it: the package sorts them by language. */
  private inOrder(operand: Value, filter: Node, scope: Scope): [Value, Node] {
    const args = (filter.args ?? []) as Node[]
    const asks = args.find((one) => (one.key as Node | undefined)?.value === 'sort_keys')
    if (!asks || !isTrue(this.evaluate(asks.value as Node, scope))) return [operand, filter]
    return [withSortedKeys(operand), { ...filter, args: args.filter((one) => one !== asks) }]
  }

  private readonly apply = (name: string, value: Value, args: Value[]): Value => {
    if (!Object.hasOwn(FILTERS, name)) throw new SyntaxError(`no filter is called ${name}`)
    return FILTERS[name](value, { args, named: new Map(), apply: this.apply })
  }

  evaluateTestExpression(node: Node, scope: Scope): Value {
    const operand = this.evaluate(node.operand as Node, scope)
    return truth(this.check((node.test as { value: string }).value, operand, []) !== node.negate)
  }

  private check(name: string, operand: Value, args: Value[]): boolean {
    if (name === 'filter') return printed(operand) === 'tojson' || Object.hasOwn(FILTERS, printed(operand))
    if (!Object.hasOwn(CHECKS, name)) throw new SyntaxError(`no test is called ${name}`)
    return CHECKS[name](operand, ...args)
  }

  evaluateFor(node: Node, scope: Scope): Value {
    return text(loopOver(this, node, scope))
  }
}

function withSortedKeys(value: Value): Value {
  if (isList(value)) return list(value.value.map(withSortedKeys))
  if (!isDict(value)) return value
  const sorted = [...value.value].sort(([a], [b]) => (a < b ? -1 : 1))
  return dict(sorted.map(([key, one]): [string, Value] => [key, withSortedKeys(one)]))
}

/** `object.name`, `object[at]`: mappings have their keys first, then their methods. */
function member(object: Value, key: Value): Value {
  if (isMissing(object)) throw new TypeError(`there is nothing that could have "${printed(key)}"`)
  if (isText(key)) {
    const fields = isDict(object) || object.type === 'NamespaceValue' ? (object.value as Map<string, Value>) : null
    return (
      fields?.get(key.value) ??
      (object.type === 'NamespaceValue' ? undefined : object.builtins.get(key.value)) ??
      missing()
    )
  }
  if (!isWhole(key)) return missing()
  if (isList(object)) return object.value.at(key.value) ?? missing()
  const one = isText(object) ? [...object.value].at(key.value) : undefined
  return one === undefined ? missing() : text(one)
}

/** Arguments with names, as the package hands them to functions. */
function keywords(named: Map<string, Value>): Value {
  Keywords ??= keywordClass()
  return new Keywords(named)
}
let Keywords: (new (named: Map<string, Value>) => Value) | null = null
function keywordClass(): new (named: Map<string, Value>) => Value {
  const name = (value: string) => ({ type: 'Identifier', value })
  let given: Value | undefined
  const scope = new Environment() as unknown as Scope
  const act = dict([]) // Any value: it is only called.
  Object.assign(act, { type: 'FunctionValue', value: ([first]: Value[]) => ((given = first), none()) })
  scope.setVariable('act', act)
  const argument = { type: 'KeywordArgumentExpression', key: name('a'), value: name('act') }
  const plain = new PackageInterpreter(scope) as Base
  plain.evaluate({ type: 'CallExpression', callee: name('act'), args: [argument] }, scope)
  return given!.constructor as new (named: Map<string, Value>) => Value
}
export const isKeywords = (value: Value | undefined): value is Value & { value: Map<string, Value> } =>
  value?.type === 'KeywordArgumentsValue'

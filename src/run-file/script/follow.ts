import { evaluate, noted, PARSED, parts, textOf, truth, type Scope, type SyntaxNode } from './evaluate'
import { Call, Dictionary, Named, Routine, Unknown, type Given, type Value } from './values'

/** A function that calls itself, or a chain of them, is followed this far. */
const DEEPEST = 20

/** How a function ended: with a value, or by running to its end. */
type Ending = { value: Value } | undefined

/** Goes through a script's statements in order; functions that nobody calls are followed last, with their defaults. */
export function followScript(root: SyntaxNode, scope: Scope): void {
  const follower = new Follower()
  follower.block(root, scope)
  // `fire.Fire(train)`, or a main that another file calls.
  for (const routine of follower.uncalled.values()) routine.run([], new Map())
}

class Follower {
  /** Functions that nothing has called yet. */
  readonly uncalled = new Map<string, Routine>()
  private depth = 0

  block(node: SyntaxNode, scope: Scope): Ending {
    for (const statement of parts(node)) {
      const ending = this.statement(statement, scope)
      if (ending) return ending
    }
    return undefined
  }

  private statement(node: SyntaxNode, scope: Scope): Ending {
    const inner = parts(node)
    switch (node.name) {
      case 'ExpressionStatement':
        this.expression(inner[0], scope)
        return undefined
      case 'AssignStatement':
        this.assign(inner, scope)
        return undefined
      case 'UpdateStatement':
        scope.names.set(textOf(scope, inner[0]), new Unknown(textOf(scope, node)))
        return undefined
      case 'ReturnStatement':
        return { value: inner[1] ? evaluate(inner[1], scope) : null }
      case 'FunctionDefinition':
        this.define(inner, scope)
        return undefined
      case 'ClassDefinition':
        this.classDefinition(inner, scope)
        return undefined
      case 'DecoratedStatement':
        return this.statement(inner.at(-1)!, scope)
      case 'IfStatement':
        return this.branches(inner, scope)
      case 'ForStatement':
      case 'WhileStatement':
      case 'WithStatement':
      case 'TryStatement': {
        for (const name of inner.filter(({ name }) => name === 'VariableName')) {
          if (node.name === 'ForStatement') scope.names.set(textOf(scope, name), new Unknown(textOf(scope, name)))
        }
        const body = inner.find(({ name }) => name === 'Body')
        return body && this.block(body, scope)
      }
      default:
        return undefined
    }
  }

  private expression(node: SyntaxNode, scope: Scope): void {
    const value = evaluate(node, scope)
    if (!(value instanceof Call)) return
    // parser.add_argument("--lora_r", type=int, default=64): what the parser gives later.
    const [name] = value.args
    if (value.name === 'add_argument' && typeof name === 'string') {
      const key = name.replace(/^-+/, '').replaceAll('-', '_')
      const stored = value.given.get('action')?.value === 'store_true' ? false : null
      scope.names.set(PARSED + key, value.given.get('default')?.value ?? stored)
    }
  }

  private assign(inner: SyntaxNode[], scope: Scope): void {
    const operator = inner.findIndex(({ name }) => name === 'AssignOp')
    if (operator < 0) return
    const [first, ...others] = inner.slice(0, operator).filter(({ name }) => name !== 'TypeDef')
    const targets = /^(Tuple|Parenthesized)Expression$/.test(first.name) ? parts(first) : [first, ...others]
    const values = inner.slice(operator + 1).filter(({ name }) => name !== 'AssignOp')
    if (targets.length > 1 && targets.length === values.length) {
      targets.forEach((target, i) => this.put(target, evaluate(values[i], scope), values[i], scope))
      return
    }
    const value = evaluate(values[0], scope)
    const each =
      targets.length > 1 ? targets.map((_, i) => (Array.isArray(value) ? value[i] : piece(value, i))) : [value]
    targets.forEach((target, i) => this.put(target, each[i] ?? null, values[0], scope))
  }

  private put(target: SyntaxNode, value: Value, from: SyntaxNode, scope: Scope): void {
    if (target.name === 'VariableName') {
      scope.names.set(textOf(scope, target), value)
      return
    }
    if (target.name !== 'MemberExpression') return
    const [object, key] = parts(target)
    const owner = evaluate(object, scope)
    const name = key.name === 'PropertyName' ? textOf(scope, key) : evaluate(key, scope)
    if (typeof name !== 'string') return
    if (owner instanceof Dictionary) owner.entries.set(name, value)
    const text = `${textOf(scope, target)} = ${textOf(scope, from)}`
    if (owner instanceof Call) owner.given.set(name, { value, line: scope.line(target.from), text })
  }

  private define([, name, ...rest]: SyntaxNode[], scope: Scope): void {
    const title = textOf(scope, name)
    const list = rest.find((node) => node.name === 'ParamList')!
    const body = rest.find((node) => node.name === 'Body')!
    const run = (args: Value[], given: Map<string, Given>): Value => {
      this.uncalled.delete(title)
      if (this.depth >= DEEPEST) return new Unknown(`${title}()`)
      this.depth += 1
      const names = new Map(scope.names)
      const inside: Scope = { ...scope, names }
      for (const [i, { parameter, fallback }] of parametersOf(list, inside).entries()) {
        names.set(parameter, args[i] ?? given.get(parameter)?.value ?? fallback)
      }
      const ending = this.block(body, inside)
      this.depth -= 1
      return ending ? ending.value : null
    }
    const routine = new Routine(title, run)
    scope.names.set(title, routine)
    this.uncalled.set(title, routine)
  }

  /** A class is what its attributes are: settings gathered in one, or a dataclass. */
  private classDefinition([, name, ...rest]: SyntaxNode[], scope: Scope): void {
    const body = rest.find((node) => node.name === 'Body')
    const names = new Map<string, Value>()
    const attributes = parts(body ?? name).filter((node) => node.name === 'AssignStatement')
    for (const attribute of attributes) this.assign(parts(attribute), { ...scope, names: overlay(scope.names, names) })
    const bases = rest.find((node) => node.name === 'ArgList')
    const [base] = bases ? parts(bases).map((node) => evaluate(node, scope)) : []
    // One of the libraries' own with fields more: what it makes is the library's.
    const isDerived = base instanceof Named && /(Trainer|Config|Arguments)$/.test(base.path)
    const title = textOf(scope, name)
    const make = (args: Value[], given: Map<string, Given>) => {
      const call = new Call((base as Named).path, scope.line(name.from))
      call.args.push(...args)
      for (const [key, value] of names) call.given.set(key, { value, line: call.line, text: `${title}.${key}` })
      for (const [key, one] of given) call.given.set(key, one)
      return noted(call, scope)
    }
    scope.names.set(title, isDerived ? new Routine(title, make) : new Dictionary(names))
  }

  /** What is known is followed; where it is not, what the branches leave differently is known only at run time. */
  private branches(inner: SyntaxNode[], scope: Scope): Ending {
    const before = new Map(scope.names)
    const ends: Map<string, Value>[] = []
    let isCertain = true
    for (let i = 0; i < inner.length; i++) {
      const isElse = inner[i].name === 'else'
      const known = isElse ? true : this.condition(inner[i + 1], scope)
      const body = inner[isElse ? i + 1 : i + 2]
      i += isElse ? 1 : 2
      if (known === false) continue
      if (known && isCertain) return this.block(body, scope)
      isCertain = false
      const names = new Map(before)
      this.block(body, { ...scope, names })
      ends.push(names)
      if (known) break
    }
    const names = new Set(ends.flatMap((end) => [...end.keys()]))
    for (const name of names) {
      const values = ends.map((end) => end.get(name))
      const isOne = values.every((value) => value === values[0])
      if (isOne) scope.names.set(name, values[0]!)
      else if (ends.some((end) => end.get(name) !== before.get(name))) scope.names.set(name, new Unknown(name))
    }
    return undefined
  }

  private condition(node: SyntaxNode, scope: Scope): boolean | undefined {
    if (/^\(?__name__/.test(textOf(scope, node))) return true
    return truth(evaluate(node, scope))
  }
}

/** The names of an outer block below those of a class: what is set goes to the class alone. */
function overlay(outer: Map<string, Value>, inner: Map<string, Value>): Map<string, Value> {
  const seen = new Map([...outer, ...inner])
  const set = seen.set.bind(seen)
  seen.set = (name, value) => {
    inner.set(name, value)
    return set(name, value)
  }
  return seen
}

/** `model, tokenizer = FastLanguageModel.from_pretrained(...)`: the first stands for the call. */
const piece = (value: Value, i: number): Value => (i === 0 ? value : new Unknown('…'))

function parametersOf(list: SyntaxNode, scope: Scope): { parameter: string; fallback: Value }[] {
  const inner = parts(list).filter(({ name }) => name !== 'TypeDef')
  return inner.flatMap((node, i) => {
    if (node.name !== 'VariableName' || inner[i - 1]?.name === 'AssignOp') return []
    const hasDefault = inner[i + 1]?.name === 'AssignOp'
    const parameter = textOf(scope, node)
    return [{ parameter, fallback: hasDefault ? evaluate(inner[i + 2], scope) : new Unknown(parameter) }]
  })
}

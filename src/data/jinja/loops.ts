import { Environment } from '@huggingface/jinja'
import type { Node } from '../template-parse'
import type { Scope, Value } from './values'
import { callable, dict, equal, isTrue, itemsOf, list, missing, truth, whole } from './values'

/** `{% break %}` and `{% continue %}` on their way to their loop, with what was said before them. */
export class LoopControl extends Error {
  said = ''
  readonly kind: 'Break' | 'Continue'

  constructor(kind: 'Break' | 'Continue') {
    super(`${kind} stands outside of a loop`)
    this.kind = kind
  }
}

/** Who runs what stands in a loop. */
interface Runner {
  evaluate(node: Node | undefined, scope: Scope): Value
  evaluateBlock(statements: readonly Node[], scope: Scope): Value
}

/** A loop as jinja2 runs it: variables that are set in a round are gone in the next. */
export function loopOver(run: Runner, node: Node, outer: Scope): string {
  const iterable = node.iterable as Node
  const isFiltered = iterable.type === 'SelectExpression'
  const all = itemsOf(run.evaluate((isFiltered ? iterable.lhs : iterable) as Node, outer))
  const items = isFiltered
    ? all.filter((item) => isTrue(run.evaluate(iterable.test as Node, round(outer, node, item))))
    : all
  if (items.length === 0) return run.evaluateBlock(node.defaultBlock as Node[], outer).value as string
  let said = ''
  const memory: Value[][] = []
  for (const [i, item] of items.entries()) {
    const scope = round(outer, node, item)
    scope.setVariable('loop', loopFacts(items, i, memory))
    try {
      said += run.evaluateBlock(node.body as Node[], scope).value as string
    } catch (thrown) {
      if (!(thrown instanceof LoopControl)) throw thrown
      said += thrown.said
      if (thrown.kind === 'Break') break
    }
  }
  return said
}

function round(outer: Scope, node: Node, item: Value): Scope {
  const scope = new Environment(outer) as Scope
  const name = node.loopvar as Node
  if (name.type === 'Identifier') scope.setVariable(name.value as string, item)
  else {
    const names = name.value as Node[]
    const parts = itemsOf(item)
    if (parts.length !== names.length) throw new TypeError(`${parts.length} values for ${names.length} names of a loop`)
    names.forEach((one, k) => scope.setVariable(one.value as string, parts[k]))
  }
  return scope
}

function loopFacts(items: readonly Value[], i: number, memory: Value[][]): Value {
  return dict([
    ['index', whole(i + 1)],
    ['index0', whole(i)],
    ['revindex', whole(items.length - i)],
    ['revindex0', whole(items.length - i - 1)],
    ['first', truth(i === 0)],
    ['last', truth(i === items.length - 1)],
    ['length', whole(items.length)],
    ['depth', whole(1)],
    ['depth0', whole(0)],
    ['previtem', items[i - 1] ?? missing()],
    ['nextitem', items[i + 1] ?? missing()],
    ['cycle', callable((args) => args[i % args.length] ?? missing())],
    [
      'changed',
      callable((args) => {
        const last = memory.at(-1)
        const isNew = !last || !equal(list(last), list(args))
        memory.push(args)
        return truth(isNew)
      }),
    ],
  ])
}

import { Interpreter } from '@huggingface/jinja'
import { fail } from '../errors'

/** Nodes that one rendering may compute. Qwen3's template takes about 150 a message. */
const MOST_STEPS = 2_000_000
/** UTF-16 units of one text: a row of so many is about the longest context that any model has. */
const LONGEST_TEXT = 1 << 22
/** Values in one list or mapping, counted through all that it holds. */
const MOST_VALUES = 1 << 18
/** Only against steps that are slow each by itself. */
const MOST_MS = 10_000
/** What transformers' sandbox allows: jinja2.sandbox, MAX_RANGE. */
const LONGEST_RANGE = 100_000

type Limit = 'steps' | 'text' | 'values' | 'time' | 'range'

/** A value of the interpreter, whose classes are its own. */
interface RuntimeValue {
  type: string
  value: unknown
}

interface Budget {
  steps: number
  began: number
  /** Values that a list or mapping holds, itself included. */
  sizes: WeakMap<object, number>
}

/** The rendering that is under way; null between two. Rendering never waits, so that there is one at most. */
let budget: Budget | null = null

/**
 * Run a rendering within bounds of steps, text, values and time. Throws 'data-template-bounds' beyond one:
 * a template can be made to take for ever or to fill the memory.
 */
export function withinBounds<T>(render: () => T): T {
  const outer = budget
  budget ??= { steps: 0, began: performance.now(), sizes: new WeakMap() }
  try {
    return render()
  } finally {
    budget = outer
  }
}

/** Throws 'data-template-bounds' for a text or list that is longer than one may be, before it is made. */
export function expectRoom(kind: 'text' | 'values', length: number): void {
  const most = kind === 'text' ? LONGEST_TEXT : MOST_VALUES
  if (!(length <= most)) throw beyond(kind, most)
}

/** Python's range as the sandbox of transformers has it. */
export function boundedRange(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  if (step === 0) throw new Error('range() step must not be zero')
  const length = Math.max(0, Math.ceil((to - from) / step))
  if (!(length <= LONGEST_RANGE)) throw beyond('range', LONGEST_RANGE)
  return Array.from({ length }, (_, i) => from + i * step)
}

const beyond = (limit: Limit, most: number) => fail('data-template-bounds', { limit, most })

// A template makes its own interpreter, so that its class is where every node can be counted.
const evaluate = Interpreter.prototype.evaluate
Interpreter.prototype.evaluate = function counted(this: Interpreter, statement, environment) {
  if (!budget) return evaluate.call(this, statement, environment)
  if (++budget.steps > MOST_STEPS) throw beyond('steps', MOST_STEPS)
  const result = evaluate.call(this, statement, environment)
  if (MAKES_VALUES.has(statement?.type ?? '')) {
    measure(result, budget)
    if (performance.now() - budget.began > MOST_MS) throw beyond('time', MOST_MS / 1000)
  }
  return result
}

/** Nodes whose result can be larger than what it is made of; others hand on what was measured before. */
const MAKES_VALUES = new Set([
  'Program',
  'For',
  'If',
  'Set',
  'ArrayLiteral',
  'TupleLiteral',
  'ObjectLiteral',
  'BinaryExpression',
  'CallExpression',
  'FilterExpression',
  'CallStatement',
  'FilterStatement',
  'Macro',
])

/** Large results count for many steps, as they take the time of many. */
function measure(result: unknown, spent: Budget): void {
  const { value } = result as RuntimeValue
  if (typeof value === 'string') {
    if (value.length > LONGEST_TEXT) throw beyond('text', LONGEST_TEXT)
    spent.steps += value.length >> 6
  } else spent.steps += sizeOf(result, spent.sizes)
}

/** How much printing the value would write: what stands in it twice counts twice. */
function sizeOf(item: unknown, sizes: Budget['sizes']): number {
  const { value } = item as RuntimeValue
  if (typeof value !== 'object' || value === null) return 1
  const known = sizes.get(item as object)
  if (known !== undefined) return known
  const inside: Iterable<unknown> = Array.isArray(value) ? value : value instanceof Map ? value.values() : []
  let size = 1
  for (const one of inside) {
    size += sizeOf(one, sizes)
    if (size > MOST_VALUES) throw beyond('values', MOST_VALUES)
  }
  sizes.set(item as object, size)
  return size
}

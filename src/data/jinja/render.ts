import { Environment } from '@huggingface/jinja'
import { boundedRange } from '../template-bounds'
import type { Node, ParsedTemplate } from '../template-parse'
import { isKeywords, PythonInterpreter } from './interpreter'
import { strftime } from './strftime'
import type { Scope, Value } from './values'
import { callable, dict, isDict, list, none, numeric, printed, text, truth, whole } from './values'

/** What a template itself says against a conversation, by `raise_exception`. */
export class TemplateRefusal extends Error {}

const range = (args: Value[]): Value => {
  const numbers = args.map((one) => {
    const number = numeric(one)
    if (number === null) throw new TypeError('range needs integers')
    return number
  })
  return list(boundedRange(numbers[0], numbers[1], numbers[2]).map(whole))
}

const dictOf = (args: Value[]): Value => {
  const named = args.at(-1)
  const first = args[0]
  return dict([...(first && isDict(first) ? first.value : []), ...(isKeywords(named) ? named.value : [])])
}

/** The names that transformers gives to every chat template. */
const globals = (): [string, Value][] => [
  ...['true', 'True'].map((name): [string, Value] => [name, truth(true)]),
  ...['false', 'False'].map((name): [string, Value] => [name, truth(false)]),
  ...['none', 'None'].map((name): [string, Value] => [name, none()]),
  ['range', callable(range)],
  ['dict', callable(dictOf)],
  ['strftime_now', callable(([format]) => text(strftime(new Date(), printed(format))))],
  [
    'raise_exception',
    callable(([message]) => {
      throw new TemplateRefusal(message ? printed(message) : '')
    }),
  ],
]

/** The text of a template over its variables. Throws TemplateRefusal for what the template raises itself. */
export function render(template: ParsedTemplate, variables: Record<string, unknown>): string {
  const scope = new Environment() as Scope
  for (const [name, value] of globals()) scope.setVariable(name, value)
  const given = new Environment(scope) as Scope
  for (const [name, value] of Object.entries(variables)) given.set(name, value)
  return new PythonInterpreter(given).evaluate(template as Node & ParsedTemplate, given).value as string
}

import { fail } from '../../errors'
import { meets, type Expectation } from '../../errors/expectation'

/** What a parameter may be; `pattern` is a text that is read as a regular expression. */
export type ParameterKind =
  | { kind: 'number' }
  | { kind: 'whole' }
  | { kind: 'text' }
  | { kind: 'letter' }
  | { kind: 'pattern' }
  | { kind: 'patterns' }
  | { kind: 'texts' }
  | { kind: 'choice'; values: readonly string[] }

export type ParameterValue<K extends ParameterKind> = K extends { kind: 'number' | 'whole' }
  ? number
  : K extends { kind: 'texts' | 'patterns' }
    ? string[]
    : K extends { kind: 'choice'; values: readonly (infer T)[] }
      ? T
      : string

/** The row and the rule that an error names. */
export interface Place {
  row: number
  rule: string
}

/**
 * The parameters of one rule, by name. The reference fills in a random value where one is missing, empty, zero,
 * negative or of no meaning, so that its verdict is a matter of chance; here that is an error of the row.
 */
export function readParameters(
  place: Place,
  { parameters: kinds, limits }: { parameters: Record<string, ParameterKind>; limits: Record<string, string> },
  given: Record<string, unknown>,
): Record<string, unknown> {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => isGiven(value)))
  const known = Object.keys(kinds)
  const unknown = Object.keys(present).find((name) => !known.includes(name))
  if (unknown !== undefined) throw fail('eval-rule-unknown-parameter', { ...place, parameter: unknown, known })
  for (const [parameter, kind] of Object.entries(kinds)) {
    if (!(parameter in present)) throw fail('eval-rule-missing-parameter', { ...place, parameter })
    const expected = expectationOf(kind)
    if (!meets(present[parameter], expected))
      throw fail('eval-rule-parameter', { ...place, parameter, value: present[parameter], expected })
  }
  for (const [parameter, limit] of Object.entries(limits)) {
    const [value, max] = [present[parameter] as number, present[limit] as number]
    const expected = { kind: 'number', min: 1, max, integer: true } as const
    if (value > max) throw fail('eval-rule-parameter', { ...place, parameter, value, expected })
  }
  return present
}

function expectationOf(kind: ParameterKind): Expectation {
  switch (kind.kind) {
    case 'number':
      return { kind: 'number', above: 0 }
    case 'whole':
      return { kind: 'number', min: 1, integer: true }
    case 'choice':
      return { kind: 'choice', values: [...kind.values] }
    case 'patterns':
      return { kind: 'texts' }
    case 'pattern':
      return { kind: 'text' }
    default:
      return kind
  }
}

const isGiven = (value: unknown) =>
  value !== null &&
  value !== undefined &&
  value !== false &&
  value !== 0 &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0)

/** What a field may be; plain data, so that it crosses a worker boundary and is worded in any language. */
export type Expectation =
  | { kind: 'number'; min?: number; max?: number; above?: number; below?: number; not?: number; integer?: boolean }
  | { kind: 'letter' }
  | { kind: 'text' }
  | { kind: 'texts' }
  | { kind: 'rows' }
  | { kind: 'boolean' }
  | { kind: 'choice'; values: string[] }
  | { kind: 'only'; value: unknown }

/** Whether a value is what was expected. */
export function meets(value: unknown, expected: Expectation): boolean {
  switch (expected.kind) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return expected.values.includes(value as string)
    case 'only':
      return value === expected.value
    case 'letter':
      return typeof value === 'string' && Array.from(value).length === 1
    case 'text':
      return typeof value === 'string'
    case 'texts':
      return Array.isArray(value) && value.every((one) => typeof one === 'string')
    case 'rows':
      return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && (one as number) >= 1)
    case 'number':
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (!expected.integer || Number.isInteger(value)) &&
        value >= (expected.min ?? -Infinity) &&
        value <= (expected.max ?? Infinity) &&
        value > (expected.above ?? -Infinity) &&
        value < (expected.below ?? Infinity) &&
        value !== expected.not
      )
  }
}

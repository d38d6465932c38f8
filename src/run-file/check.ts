import { shown } from '../errors/shown'
import { fail } from '../errors/index'
import { meets, type Expectation } from '../errors/expectation'

/** Numbers as Python and YAML write them: `2e-4`, `1_000`, `.5`; no words such as Infinity. */
const NUMBER = /^[+-]?(\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?$/i
const FLAGS: Record<string, boolean> = { true: true, false: false, True: true, False: false }

/**
 * A field's value, if it is what the field may be: throws `run-field-invalid`. A number or a flag in quotes is one, as
 * YAML 1.1 makes texts of numbers like 2e-4.
 */
export function checked(field: string, value: unknown, expected: Expectation): unknown {
  const meant = unquoted(value, expected)
  if (!meets(meant, expected)) throw fail('run-field-invalid', { field, value: shown(value), expected })
  return meant
}

function unquoted(value: unknown, { kind }: Expectation): unknown {
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (kind === 'boolean' && Object.hasOwn(FLAGS, text)) return FLAGS[text]
  return kind === 'number' && NUMBER.test(text) ? Number(text.replaceAll('_', '')) : value
}

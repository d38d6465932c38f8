import { fail } from '../../errors'
import { suggest } from '../../errors/suggest'

export interface OptionSpec {
  /** Placeholder of the value in the help; absent for a switch. */
  value?: string
  help: string
  required?: boolean
  /** The only values allowed. */
  choices?: readonly string[]
  /** Whole number of at least this. */
  min?: number
  /** Any number from 0 on. */
  number?: boolean
  /** May be given several times; the values become a list. */
  many?: boolean
}

export type Options = Record<string, string | string[] | boolean | undefined>

/**
 * Options of one command: `--name value`, `--name=value`, switches as `--name`.
 * Throws usage errors (`cli-*`) that name the option.
 */
export function parseOptions(command: string, specs: Record<string, OptionSpec>, argv: string[]): Options {
  const options: Options = {}
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]
    if (!argument.startsWith('--')) {
      if (/^-[a-z]/i.test(argument)) throw unknownOption(command, argument, specs)
      throw fail('cli-unexpected-argument', { argument })
    }
    const [written, inline] = splitOnce(argument.slice(2), '=')
    const spec = Object.hasOwn(specs, written) ? specs[written] : undefined
    if (!spec) throw unknownOption(command, `--${written}`, specs)
    if (!spec.value) {
      if (inline !== undefined)
        throw fail('cli-option-value', { option: `--${written}`, value: inline, expected: 'a switch without a value' })
      options[written] = true
      continue
    }
    const value = inline ?? argv[++i]
    // An empty text is a value; another option is not, unless written with "=".
    if (value === undefined || (inline === undefined && /^--[a-z]/.test(value))) {
      throw fail('cli-option-without-value', { option: `--${written}` })
    }
    const checked = checkedValue(written, value, spec)
    options[written] = spec.many ? [...((options[written] as string[] | undefined) ?? []), checked] : checked
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.required && options[name] === undefined) throw fail('cli-missing-option', { command, option: `--${name}` })
  }
  return options
}

function checkedValue(name: string, value: string, spec: OptionSpec): string {
  const option = `--${name}`
  if (spec.choices && !spec.choices.includes(value)) {
    throw fail('cli-option-value', { option, value, expected: spec.choices.join(' | ') })
  }
  const number = value.trim() === '' ? NaN : Number(value)
  if (spec.min !== undefined && !(Number.isInteger(number) && number >= spec.min)) {
    throw fail('cli-option-value', { option, value, expected: `a whole number ≥ ${spec.min}` })
  }
  if (spec.number && !(number >= 0)) throw fail('cli-option-value', { option, value, expected: 'a number ≥ 0' })
  return value
}

function unknownOption(command: string, option: string, specs: Record<string, OptionSpec>) {
  const suggestion = suggest(
    option,
    Object.keys(specs).map((name) => `--${name}`),
  )
  return fail('cli-unknown-option', { command, option, suggestion })
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)]
}

import { fail } from '../../../errors'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../../eval/run/verdict'

/** `loss=0.05,refusals=0`; what is not named keeps its default. */
export function thresholdsOf(list: string | undefined): Thresholds {
  const found = { ...DEFAULT_THRESHOLDS }
  for (const part of list?.split(',') ?? []) {
    const [name, value] = part.split('=').map((one) => one.trim())
    const number = value ? Number(value) : NaN
    if (!Object.hasOwn(found, name) || !(number >= 0)) {
      const expected = `${Object.keys(found).join(', ')}, each with "=" and a number ≥ 0, separated by commas`
      throw fail('cli-option-value', { option: '--thresholds', value: list!, expected })
    }
    found[name as keyof Thresholds] = number
  }
  return found
}

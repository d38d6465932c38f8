import { fail } from '../../errors'
import { callsIn } from '../tools/calls'
import { matchesCalls, type WantedArgument, type WantedCall } from '../tools/match'
import { holds, share, type ScoreKind } from './kind'

/** Tool calls in BFCL's categories: one function, several to choose from, several calls at once, none that fits. */
const CATEGORIES = ['simple', 'multiple', 'parallel', 'irrelevance'] as const

export const tools: ScoreKind = {
  figures: { right_calls: share(), ...Object.fromEntries(CATEGORIES.map((name) => [name, share()])) },
  async prepare(item, { suite, row }) {
    const { calls, category } = item.fields
    if (!Array.isArray(calls) || !calls.every(isWanted))
      throw fail('eval-suite-field', { file: suite, row, field: 'calls' })
    if (!item.tools) throw fail('eval-suite-field', { file: suite, row, field: 'tools' })
    const wanted = calls as WantedCall[]
    const known = CATEGORIES.find((name) => name === category)
    return (answer) => {
      const made = callsIn(answer)
      const right = holds(made !== null && matchesCalls(made, wanted))
      return {
        parts: { right_calls: right, ...(known && { [known]: right }) },
        detail: { wanted, made },
      }
    }
  },
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isArgument = (value: unknown): value is WantedArgument =>
  value === 'any' || (isObject(value) && Array.isArray(value.values))
const isWanted = (value: unknown): value is WantedCall =>
  isObject(value) &&
  typeof value.name === 'string' &&
  isObject(value.arguments) &&
  Object.values(value.arguments).every(isArgument)

import { fail } from '../../../errors'
import { thinned } from '../../../eval/suites/own'
import type { Suite } from '../../../eval/suites/suite'
import type { CommandContext } from '../command'
import { findSuites } from '../scoring/find-suites'

/** Items of each suite that are asked at each evaluation: seconds, not minutes. */
const ITEMS = 8

/** The small suites of `--eval-suites`; those that are made of rows or for a model are none of them. */
export async function evalSets({ options, root }: CommandContext): Promise<Suite[]> {
  const list = options['eval-suites'] as string | undefined
  if (list === undefined) return []
  const { own, made, suites } = await findSuites(list, root, { withTruth: false })
  const other = [...own, ...made].at(0)
  if (other !== undefined)
    throw fail('cli-option-value', {
      option: '--eval-suites',
      value: other,
      expected: 'suites that come along, or files of your own',
    })
  return suites.map((suite) => thinned(suite, Number(options['eval-suite-items'] ?? ITEMS)))
}

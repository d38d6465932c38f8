import { clusteredShare, shareOf } from '../statistics/wilson'
import type { Estimate } from '../types'
import type { RuleVerdicts } from './check'

/** IFEval's four rates, named as lm_eval names them, and each rule type's own. null where nothing was judged. */
export interface IfevalScores {
  prompt_level_strict_acc: Estimate | null
  inst_level_strict_acc: Estimate | null
  prompt_level_loose_acc: Estimate | null
  inst_level_loose_acc: Estimate | null
  rules: Record<string, { strict: Estimate | null; loose: Estimate | null }>
}

/** Rates over judged rows; `rules` names those of each row. */
export function scoreIfeval(rows: { rules: string[]; verdicts: RuleVerdicts }[]): IfevalScores {
  const prompts = (kind: keyof RuleVerdicts) => rows.filter(({ verdicts }) => verdicts[kind].every(Boolean)).length
  const names = [...new Set(rows.flatMap(({ rules }) => rules))].sort()
  const ofRule = (name: string, kind: keyof RuleVerdicts) =>
    clusteredShare(rows.map(({ rules, verdicts }) => verdicts[kind].filter((_, i) => rules[i] === name)))
  const ofAll = (kind: keyof RuleVerdicts) => clusteredShare(rows.map(({ verdicts }) => verdicts[kind]))
  return {
    prompt_level_strict_acc: shareOf(prompts('strict'), rows.length),
    inst_level_strict_acc: ofAll('strict'),
    prompt_level_loose_acc: shareOf(prompts('loose'), rows.length),
    inst_level_loose_acc: ofAll('loose'),
    rules: Object.fromEntries(
      names.map((name) => [name, { strict: ofRule(name, 'strict'), loose: ofRule(name, 'loose') }]),
    ),
  }
}

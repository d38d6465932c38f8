import { fail } from '../../errors'
import { suggest } from '../../errors/suggest'
import { languageProfiles, punktModel } from '../language/resources'
import { PatternError } from '../python/pattern-characters'
import { strip } from '../python/text'
import { readParameters, type Place } from './parameters'
import type { Judge, Rule, RuleResources } from './rule'
import { IFEVAL_RULES } from './rules'

/** For each rule of a row, in the row's order, whether the answer follows it. */
export interface RuleVerdicts {
  strict: boolean[]
  loose: boolean[]
}

/** A rule of a row: its name and its parameters, as IFEval writes them. */
export interface AskedRule {
  rule: string
  parameters: Record<string, unknown>
}

/**
 * The judges of a row's rules; loads what they need. Throws for a rule that does not exist or whose parameters are
 * wrong, naming the row.
 */
export async function prepareRules(row: number, asked: AskedRule[]): Promise<Judge[]> {
  const judges: Judge[] = []
  for (const { rule: name, parameters } of asked) {
    const rule = Object.hasOwn(IFEVAL_RULES, name) ? IFEVAL_RULES[name] : undefined
    if (!rule)
      throw fail('eval-rule-unknown', { row, rule: name, suggestion: suggest(name, Object.keys(IFEVAL_RULES)) })
    const values = readParameters({ row, rule: name }, rule, parameters)
    const resources: Partial<RuleResources> = {}
    if (rule.needs.includes('sentences')) resources.sentences = await punktModel()
    if (rule.needs.includes('languages')) resources.languages = await languageProfiles()
    judges.push(tried(rule, values, { row, rule: name }, resources as RuleResources))
  }
  return judges
}

/** The judge, once each pattern among its parameters has shown on an empty text that it is one. */
function tried(rule: Rule, values: Record<string, unknown>, place: Place, resources: RuleResources): Judge {
  for (const [parameter, { kind }] of Object.entries(rule.parameters)) {
    if (kind !== 'pattern' && kind !== 'patterns') continue
    for (const value of [values[parameter]].flat() as string[]) {
      try {
        // One at a time, since a judge stops at the first pattern that decides.
        rule.judge({ ...values, [parameter]: kind === 'patterns' ? [value] : value }, resources)('')
      } catch (error) {
        if (!(error instanceof PatternError)) throw error
        throw fail('eval-rule-pattern', { ...place, parameter, value, detail: error.message })
      }
    }
  }
  return rule.judge(values, resources)
}

/** Verdicts on one answer. An answer of white space follows no rule. */
export function judgeAnswer(judges: Judge[], answer: string): RuleVerdicts {
  const follows = (judge: Judge, text: string) => strip(text) !== '' && judge(text)
  const forms = looseForms(answer)
  return {
    strict: judges.map((judge) => follows(judge, answer)),
    loose: judges.map((judge) => forms.some((form) => follows(judge, form))),
  }
}

/** The answer, also without its first line (a greeting), its last (a closing) or both, with asterisks and without. */
function looseForms(answer: string): string[] {
  const lines = answer.split('\n')
  const cut = (from: number, to?: number) => strip(lines.slice(from, to).join('\n'))
  const forms = [answer, cut(1), cut(0, -1), cut(1, -1)]
  return [...new Set([...forms, ...forms.map((form) => form.replaceAll('*', ''))])]
}

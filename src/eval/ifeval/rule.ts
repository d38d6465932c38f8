import type { LanguageProfiles } from '../language/detect'
import type { PunktModel } from '../language/punkt'
import type { ParameterKind, ParameterValue } from './parameters'

/** What rules need beyond the text; only what a row asks for is loaded. */
export interface RuleResources {
  sentences: PunktModel
  languages: LanguageProfiles
}

export type Judge = (text: string) => boolean

/** One kind of instruction whose following can be checked: its parameters as data, so that a page can offer them. */
export interface Rule {
  parameters: Record<string, ParameterKind>
  needs: (keyof RuleResources)[]
  /** Parameter -> the parameter that it may not exceed. */
  limits: Record<string, string>
  judge(values: any, resources: RuleResources): Judge
}

interface RuleSpec<P extends Record<string, ParameterKind>> {
  parameters: P
  needs?: Rule['needs']
  limits?: Rule['limits']
  judge(values: { [Name in keyof P]: ParameterValue<P[Name]> }, resources: RuleResources): Judge
}

/** A rule whose judge gets its parameters with their types. */
export const rule = <const P extends Record<string, ParameterKind>>(spec: RuleSpec<P>): Rule => ({
  needs: [],
  limits: {},
  ...spec,
})

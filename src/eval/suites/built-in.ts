/** The suites that come along, in public/suites/NAME.json, and those that are made of the person's own rows. */
export const BUILT_IN_SUITES = [
  'ifeval-en',
  'ifeval-zh',
  'refusal-en',
  'refusal-zh',
  'general-questions',
  'general-text',
  'tool-calls',
  'json',
] as const

/** Loss of the person's rows, answers to their questions beside those that the rows hold, and beside documents. */
export const OWN_SUITES = ['loss', 'references', 'truth'] as const

/** Made for the model: as long as its context allows. */
export const MADE_SUITES = ['long-context'] as const

/** Names that stand for several. */
export const SUITE_GROUPS: Record<string, readonly string[]> = {
  ifeval: ['ifeval-en', 'ifeval-zh'],
  refusal: ['refusal-en', 'refusal-zh'],
  forgetting: ['general-text', 'general-questions'],
  all: [...OWN_SUITES, ...BUILT_IN_SUITES, ...MADE_SUITES],
}

/** Every name that may be asked for. */
export const SUITE_NAMES: readonly string[] = [
  ...OWN_SUITES,
  ...BUILT_IN_SUITES,
  ...MADE_SUITES,
  ...Object.keys(SUITE_GROUPS),
]

import type { ScoreName } from '../suites/suite'
import { instructions } from './instructions'
import { json } from './json'
import { nats, share, type ScoreKind } from './kind'
import { questions } from './questions'
import { recall } from './recall'
import { references } from './references'
import { refusal } from './refusal'
import { truth } from './truth'
import { tools } from './tools'

/** Every score by its name in a suite. The loss of a text is measured, not judged. */
export const SCORE_KINDS: Record<ScoreName, ScoreKind> = {
  instructions,
  references,
  json,
  tools,
  refusal,
  questions,
  recall,
  truth,
  text: {
    figures: {
      loss: nats(),
      perplexity: { unit: 'ratio', better: 'lower', of: (sums) => Math.exp(sums[0] / sums[1]) },
      token_accuracy: share(),
    },
    prepare: () => Promise.reject(new Error('a text has no answer')),
  },
}

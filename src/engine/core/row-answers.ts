import type { ChatTokenizer } from '../../data/index'
import { fail } from '../../errors/index'
import type { LanguageModel } from '../../model/language-model'
import type { Interlude } from '../../train/interlude'
import type { RunControl } from '../../train/run-control'
import type { RowPrompt } from './row-prompts'
import { serializeError } from '../../errors/serialize'
import type { TrainEvent } from '../../contracts/events'

/** Answers shall not hold up the run: what is not said by then is left unsaid. */
const LIMIT_MS = 20_000

export interface AnsweringParts {
  model: LanguageModel
  tokenizer: ChatTokenizer
  prompts: readonly RowPrompt[]
  steps: number
  /** Share of the run between two looks. */
  every: number
  maxNewTokens: number
  control: RunControl
  on: (event: TrainEvent) => void
}

/**
 * The interlude that lets the model, as it is by then, answer some of the rows:
 * greedily, before the run, during it and at its end. Where it cannot (too little memory beside the run), the run goes
 * on without.
 */
export function answering(parts: AnsweringParts): Interlude {
  const { prompts, steps, control, on } = parts
  const interval = Math.max(1, Math.ceil(steps * parts.every))
  let isOff = false
  return {
    due: (step, moment) =>
      !isOff && (moment === 'start' ? step === 0 : moment === 'step' ? step % interval === 0 : moment === 'end'),
    async run(step) {
      on({ kind: 'phase', phase: 'answering', step, steps })
      const until = performance.now() + LIMIT_MS
      const enough = () => performance.now() > until || control.stopped || control.paused
      try {
        for (const prompt of prompts) {
          if (enough()) break
          const { text, cut } = await say(parts, prompt, enough)
          on({ kind: 'answer', step, row: prompt.row, question: prompt.question, expected: prompt.expected, text, cut })
        }
      } catch (error) {
        isOff = true
        const text = serializeError(fail('train-answers-failed', { reason: serializeError(error).message }, error))
        on({ kind: 'message', level: 'warning', text })
      }
      on({ kind: 'phase', phase: 'training', step, steps })
    },
  }
}

async function say({ model, tokenizer, maxNewTokens }: AnsweringParts, { ids }: RowPrompt, enough: () => boolean) {
  const decoder = tokenizer.streamDecoder({ skipSpecial: true })
  const { stopIds } = tokenizer
  let ended = false
  const stream = model.generate(ids, {
    maxNewTokens,
    temperature: 0,
    topP: 1,
    topK: 0,
    seed: 0,
    stopIds,
    useAdapter: true,
  })
  for await (const id of stream) {
    ended = stopIds.includes(id)
    decoder.push(id)
    if (enough()) break
  }
  return { text: decoder.finish().trim(), cut: !ended }
}

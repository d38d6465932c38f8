import type { CacheType } from '../../contracts/answers'
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
  cache?: CacheType
  control: RunControl
  on: (event: TrainEvent) => void
}

/**
 * The interlude that lets the model, as it is by then, answer some of the rows:
 * greedily, before the run, during it and at its end. Where it cannot (too little memory beside the run), the run goes
 * on without.
 */
export function answering(parts: AnsweringParts): Interlude {
  const { steps, control, on } = parts
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
        await sayAll(parts, enough, ({ row, question, expected }, text, cut) =>
          on({ kind: 'answer', step, row, question, expected, text, cut }),
        )
      } catch (error) {
        isOff = true
        const text = serializeError(fail('train-answers-failed', { reason: serializeError(error) }, error))
        on({ kind: 'message', level: 'warning', text })
      }
      on({ kind: 'phase', phase: 'training', step, steps })
    },
    ahead: {
      times: (step, all) => (isOff ? 0 : Math.floor((all - 1) / interval) - Math.floor((step - 1) / interval) + 1),
      // Of answers a trained row says nothing; the first are given before the first step.
      guess: () => 0,
    },
  }
}

/** All rows' answers side by side, each told when it ends; what there is of the others when it is enough. */
async function sayAll(
  { model, tokenizer, maxNewTokens, cache, prompts }: AnsweringParts,
  enough: () => boolean,
  tell: (prompt: RowPrompt, text: string, cut: boolean) => void,
) {
  const { stopIds } = tokenizer
  const begun = prompts.map(() => ({ decoder: tokenizer.streamDecoder({ skipSpecial: true }), made: 0, told: false }))
  const end = (index: number, cut: boolean) => {
    begun[index].told = true
    tell(prompts[index], begun[index].decoder.finish().trim(), cut)
  }
  if (enough()) return
  const stream = model.generateMany(
    prompts.map(({ ids }) => ids),
    { maxNewTokens, temperature: 0, topP: 1, topK: 0, seed: 0, stopIds, useAdapter: true, cache },
  )
  for await (const { index, id, isLast } of stream) {
    begun[index].decoder.push(id)
    begun[index].made++
    if (isLast) end(index, !stopIds.includes(id))
    if (enough()) break
  }
  for (const [index, { made, told }] of begun.entries()) if (made > 0 && !told) end(index, true)
}

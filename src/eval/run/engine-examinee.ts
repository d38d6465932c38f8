import type { CacheType, GenerateRequest, GenerateResult } from '../../contracts/answers'
import type { DataOptions } from '../../contracts/data'
import type { ProgressListener } from '../../contracts/progress'
import { fail } from '../../errors'
import type { Suite, SuiteItem } from '../suites/suite'
import type { Candidate, Examinee } from './asked'

type Answered = Pick<GenerateResult, 'token_ids' | 'text' | 'finish'>

/** What the examinee asks of an engine; src/engine/api has it, in the page and in Node. */
interface AskedEngine<Source> {
  generate(
    request: GenerateRequest,
    onText: (text: string, tokens: number) => void,
    signal?: AbortSignal,
  ): Promise<Answered>
  generateMany(
    requests: readonly GenerateRequest[],
    onAnswer: (index: number, result: Answered) => void,
    signal?: AbortSignal,
  ): Promise<unknown>
  promptTokens(prompts: readonly Pick<GenerateRequest, 'messages' | 'tools'>[]): Promise<number[]>
  setAdapterStrength(strength: number): Promise<void>
  evaluateOn(
    source: Source | { kind: 'file'; file: File },
    data: DataOptions,
    options: { useAdapter: boolean; rows?: readonly number[] },
    on: ProgressListener,
    signal?: AbortSignal,
  ): Promise<{ per_row: { row: number; loss: number; num_trained_tokens: number; mean_token_accuracy: number }[] }>
}

/** What an examinee is made of. */
export interface ExamineeParts<Source> {
  engine: AskedEngine<Source>
  /** Put a candidate's adapter on the model. */
  load(adapter: string): Promise<void>
  /** The person's rows, whose loss is measured. */
  data?: { source: Source; options: DataOptions }
  /** Tokens of a general text at most. */
  maxLength: number
  /** Element type of keys and values while it answers; f32 where absent. */
  cache?: CacheType
  /** An answer while it is made. */
  onText?(text: string): void
}

/** The engine as examinee: greedy answers; losses of the person's rows, or of texts. */
export function engineExaminee<Source>(parts: ExamineeParts<Source>): Examinee {
  const { engine } = parts
  let current: Candidate | null = null
  const asked = ({ messages, tools }: SuiteItem, maxNewTokens: number): GenerateRequest => {
    const greedy = { temperature: 0, top_p: 1, top_k: 0, seed: 0 }
    return {
      messages,
      tools,
      ...greedy,
      max_new_tokens: maxNewTokens,
      useAdapter: current!.adapter !== null,
      kv_dtype: parts.cache,
    }
  }
  return {
    async use(candidate) {
      if (candidate.adapter !== null) {
        if (current?.adapter !== candidate.adapter) await parts.load(candidate.adapter)
        await engine.setAdapterStrength(candidate.strength)
      }
      current = candidate
    },
    async answer(item, maxNewTokens, signal) {
      const request = asked(item, maxNewTokens)
      const { text, token_ids, finish } = await engine.generate(request, (so) => parts.onText?.(so), signal)
      // A cancelled answer is no answer of the model's.
      if (finish === 'cancelled') throw signal?.reason ?? new DOMException('cancelled', 'AbortError')
      return { text: text.trim(), tokens: token_ids.length, finish }
    },
    async answers(questions, on, signal) {
      // Kept one after the other, in the order in which they end.
      let kept = Promise.resolve()
      const requests = questions.map(({ item, maxNewTokens }) => asked(item, maxNewTokens))
      await engine.generateMany(
        requests,
        (place, { text, token_ids, finish }) => {
          if (finish === 'cancelled') return
          parts.onText?.(text)
          kept = kept.then(() => on(place, { text: text.trim(), tokens: token_ids.length, finish }))
        },
        signal,
      )
      await kept
      signal?.throwIfAborted()
    },
    async promptTokens(items) {
      const all = await engine.promptTokens(items).catch(() => null)
      // One that cannot be asked is found alone.
      const one = (item: SuiteItem) =>
        engine.promptTokens([item]).then(
          ([tokens]) => tokens,
          () => null,
        )
      return all ?? Promise.all(items.map(one))
    },
    async losses(suite, on, signal) {
      const useAdapter = current!.adapter !== null
      const tell: ProgressListener = ({ done }) => on(done)
      const isOwn = suite.items[0].row !== undefined
      if (isOwn && !parts.data) throw fail('eval-suite-needs-data', { name: suite.name })
      const { per_row: rows } = isOwn
        ? await engine.evaluateOn(
            parts.data!.source,
            parts.data!.options,
            { useAdapter, rows: suite.items.map(({ row }) => row!) },
            tell,
            signal,
          )
        : await engine.evaluateOn(
            { kind: 'file', file: asFile(suite) },
            { max_length: parts.maxLength, assistant_only_loss: false, mapping: { format: 'text' } },
            { useAdapter },
            tell,
            signal,
          )
      return rows.flatMap((one) => {
        const id = isOwn ? String(one.row) : suite.items[one.row - 1]?.id
        const [tokens, right] = [one.num_trained_tokens, one.mean_token_accuracy * one.num_trained_tokens]
        return id === undefined ? [] : [{ id, loss: one.loss, tokens, right: Math.round(right) }]
      })
    },
  }
}

/** The texts of a suite, one a line, so that a row's number is its item's place. */
function asFile({ name, items }: Suite): File {
  const lines = items.map(({ fields }) => `${JSON.stringify({ text: fields.text })}\n`)
  return new File(lines, `${name}.jsonl`)
}

import type { CacheType } from '../../contracts/answers'
import { tokenizeExample } from '../../data/tokenize-row'
import type { ChatTokenizer } from '../../data/index'
import type { JudgeAnswer } from '../../eval/kinds/kind'
import type { Suite } from '../../eval/suites/suite'
import type { LanguageModel } from '../../model/language-model'
import type { RunControl } from '../../train/run-control'
import { promptOrNull } from './answer'
import { judgeRows } from './judge-rows'

/** All sets of one evaluation: one that is not through by then has no figure, since a part of it is another set. */
const LIMIT_MS = 20_000
/** A text's beginning is enough to see it forgotten. */
const TEXT_TOKENS = 256

interface SetParts {
  model: LanguageModel
  tokenizer: ChatTokenizer
  /** Of answers; f32 where absent. */
  cache?: CacheType
  control: RunControl
}

/** A suite that is asked again and again: its first figure by the name `suite_figure`, null where nothing was said. */
type AskSet = (enough: () => boolean) => Promise<[name: string, value: number | null]>

/**
 * Small suites, to be asked of the adapter as it is at each evaluation: losses of texts, first figures of answers.
 * Nothing of the run changes by it. Throws where an item has not what its score needs.
 */
export async function scoreSets(
  sets: readonly Suite[],
  parts: SetParts,
): Promise<() => Promise<Record<string, number>>> {
  const made = await Promise.all(sets.map((suite) => (suite.score === 'text' ? lossesOf : answersOf)(suite, parts)))
  return async () => {
    const until = performance.now() + LIMIT_MS
    const enough = () => performance.now() > until || parts.control.stopped
    const found: Record<string, number> = {}
    for (const ask of made) {
      const [name, value] = await ask(enough)
      if (value !== null) found[name] = value
    }
    return found
  }
}

/** Mean loss over the tokens of all texts. */
async function lossesOf({ name, items }: Suite, { model, tokenizer }: SetParts): Promise<AskSet> {
  const options = { max_length: Math.min(TEXT_TOKENS, model.config.maxPositionEmbeddings) }
  const rows = items.map(
    ({ fields }, i) =>
      atOnce(tokenizeExample(i + 1, { kind: 'text', text: String(fields.text) }, tokenizer, options)).row,
  )
  return async (enough) => {
    if (enough()) return [`${name}_loss`, null]
    const { losses, counts } = await judgeRows(model, rows, { useAdapter: true, padId: tokenizer.padId })
    return [`${name}_loss`, sum(losses) / sum(counts)]
  }
}

/** Small texts need no pauses between their parts. */
function atOnce<T>(parts: Generator<void, T>): T {
  for (;;) {
    const { done, value } = parts.next()
    if (done) return value
  }
}

async function answersOf(suite: Suite, { model, tokenizer, cache }: SetParts): Promise<AskSet> {
  // Judges are nothing that every run need load.
  const { SCORE_KINDS } = await import('../../eval/kinds')
  const { figures, prepare } = SCORE_KINDS[suite.score]
  const [figure] = Object.keys(figures)
  const room = model.config.maxPositionEmbeddings - suite.maxNewTokens
  const asked: { ids: Int32Array; judge: JudgeAnswer }[] = []
  for (const [i, item] of suite.items.entries()) {
    const ids = promptOrNull(tokenizer, { messages: item.messages, tools: item.tools ?? undefined })
    if (ids && ids.length <= room) asked.push({ ids, judge: await prepare(item, { suite: suite.name, row: i + 1 }) })
  }
  const { stopIds } = tokenizer
  const greedy = { temperature: 0, topP: 1, topK: 0, seed: 0, stopIds, useAdapter: true, cache }
  return async (enough) => {
    const said = asked.map(() => tokenizer.streamDecoder({ skipSpecial: true }))
    const sums: number[] = []
    let left = asked.length
    if (asked.length === 0 || enough()) return [`${suite.name}_${figure}`, null]
    const prompts = asked.map(({ ids }) => ids)
    for await (const { index, id, isLast } of model.generateMany(prompts, {
      ...greedy,
      maxNewTokens: suite.maxNewTokens,
    })) {
      said[index].push(id)
      if (isLast) {
        const { parts } = await asked[index].judge(said[index].finish().trim())
        parts[figure]?.forEach((part, at) => (sums[at] = (sums[at] ?? 0) + part))
        left--
      }
      if (enough()) break
    }
    return [`${suite.name}_${figure}`, left === 0 && sums.length > 0 ? figures[figure].of(sums) : null]
  }
}

const sum = (values: Int32Array | Float64Array) => (values as Float64Array).reduce((total, value) => total + value, 0)

import type { Message } from '../../contracts/data'
import { PythonRandom } from '../python/random'
import { chronicle, type Language } from './chronicle'
import type { Suite, SuiteItem } from './suite'
import { EIGHT_TURNS } from './eight-turns'
import { LENGTHS } from './lengths'

const ANSWER_TOKENS = 48

export interface LongContextOptions {
  /** Tokens that the model takes, or fewer where less is wanted. */
  longest: number
  /** Tokens of each conversation in the model's template, the beginning of the answer with it. */
  count(prompts: { messages: Message[]; tools: null }[]): Promise<number[]>
}

/** What is hidden in one text: how many facts, and where, as shares of it. */
interface Plan {
  id: string
  length: number
  language: Language
  depths: readonly number[]
  seed: number
}

/** One fact at five depths, and four facts at once, in both languages by turns. */
const HIDDEN: [Language, readonly number[]][] = [
  ['en', [0.1]],
  ['zh', [0.3]],
  ['en', [0.5]],
  ['zh', [0.7]],
  ['en', [0.9]],
  ['en', [0.12, 0.37, 0.62, 0.87]],
  ['zh', [0.12, 0.37, 0.62, 0.87]],
]

/**
 * Facts that a model is to find again: one or four in a chronicle of 1k, 2k, ... tokens up to `longest` (at `longest`
 * itself where even 1k is too long), and one told eight turns ago. The same text for every model but for its length.
 */
export async function longContextSuite({ longest, count }: LongContextOptions): Promise<Suite> {
  const within = LENGTHS.filter((length) => length <= longest)
  const lengths = within.length > 0 ? within : [longest]
  const plans = lengths.flatMap((length, l) =>
    HIDDEN.map(([language, depths], h): Plan => {
      const depth = depths.length > 1 ? 'several' : `${Math.round(depths[0] * 100)}%`
      return { id: `${length}-${language}-${depth}`, length, language, depths, seed: 100 * l + h }
    }),
  )
  const sentences = await sentencesThatFit(plans, count)
  const items = plans.map((plan, i): SuiteItem => {
    const { messages, facts } = hide(plan, sentences[i])
    return { id: plan.id, messages, tools: null, fields: { facts, length: plan.length } }
  })
  return {
    name: 'long-context',
    score: 'recall',
    title: { en: 'Long context: facts found again', 'zh-CN': '长上下文：找回其中的事实' },
    maxNewTokens: ANSWER_TOKENS,
    items: [...EIGHT_TURNS.map((one) => ({ ...one, tools: null })), ...items],
  }
}

/** How many sentences of each plan's chronicle fill its length and leave room for the answer. */
async function sentencesThatFit(plans: readonly Plan[], count: LongContextOptions['count']): Promise<number[]> {
  const counted = (sizes: readonly number[]) =>
    count(plans.map((plan, i) => ({ messages: hide(plan, sizes[i]).messages, tools: null })))
  const [FEW, MORE] = [8, 40]
  const few = await counted(plans.map(() => FEW))
  const more = await counted(plans.map(() => MORE))
  const each = plans.map((_, i) => (more[i] - few[i]) / (MORE - FEW))
  const room = plans.map(({ length }) => length - ANSWER_TOKENS)
  let sizes = plans.map((_, i) => Math.max(0, FEW + Math.floor((room[i] - few[i]) / each[i])))
  // The guess errs by less than a hundredth; once more from there, then down until it fits.
  let tokens = await counted(sizes)
  sizes = sizes.map((size, i) => Math.max(0, size + Math.floor((room[i] - tokens[i]) / each[i])))
  for (;;) {
    tokens = await counted(sizes)
    const over = tokens.map((n, i) => (sizes[i] > 0 ? n - room[i] : 0))
    if (over.every((n) => n <= 0)) return sizes
    sizes = sizes.map((size, i) => (over[i] > 0 ? Math.max(0, size - Math.ceil(over[i] / each[i])) : size))
  }
}

/** A chronicle of so many sentences with the plan's facts in it, and the question for them. */
function hide({ language, depths, seed }: Plan, sentences: number): { messages: Message[]; facts: string[] } {
  const random = new PythonRandom(seed)
  const { owners, fact, lead, question, join } = chronicle[language]
  const first = random.below(owners.length)
  const names = depths.map((_, i) => owners[(first + i) % owners.length])
  // Their last digits differ, so that no two facts are the same.
  const facts = depths.map((_, i) => String(1000 + 10 * random.below(800) + i))
  const lines = Array.from({ length: sentences }, () => chronicle[language].sentence(random))
  for (let i = depths.length - 1; i >= 0; i--)
    lines.splice(Math.round(depths[i] * sentences), 0, fact(names[i], facts[i]))
  const content = `${lead}\n\n${lines.join(join)}\n\n${question(names)}`
  return { messages: [{ role: 'user', content }], facts }
}

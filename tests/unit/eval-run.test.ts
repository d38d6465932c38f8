import { describe, expect, it } from 'vitest'
import { fail } from '../../src/errors'
import { reportHtml } from '../../src/eval/report/report'
import { type Answer, type AnswerStore, type Candidate, type TextLoss } from '../../src/eval/run/asked'
import { runSuites } from '../../src/eval/run/runner'
import { makeScores } from '../../src/eval/run/scores'
import { DEFAULT_THRESHOLDS, type Thresholds } from '../../src/eval/run/verdict'
import { readmeScores } from '../../src/eval/report/readme'
import { adapterReadme } from '../../src/exporters/cards/adapter-readme'
import { lossSuite, referenceSuite } from '../../src/eval/suites/own'
import { readSuite, type Suite } from '../../src/eval/suites/suite'
import { scoreRoom as english } from '../../src/i18n/en/score'
import { scoreRoom as chinese } from '../../src/i18n/zh-CN/score'

const candidates: Candidate[] = [
  { id: 'base', name: 'base', adapter: null, strength: 1, print: 'b' },
  { id: 'tuned', name: 'tuned', adapter: 'dir', strength: 1, print: 'b+t' },
]
const user = (content: string) => [{ role: 'user', content }]
const own = referenceSuite(
  [...Array(12)].map((_, i) => ({ row: i + 1, messages: user(`q${i}`), tools: null, reference: `the answer ${i}` })),
  32,
)
const loss = lossSuite(
  [...Array(12)].map((_, i) => i + 1),
  'file',
)
const items = (all: object[]) => all
const suiteOf = (name: string, score: string, all: object[]): Suite =>
  readSuite(name, JSON.stringify({ format: 'tunetab-suite/1', name, score, items: items(all) }))
const general = suiteOf(
  'general-text',
  'text',
  [...Array(12)].map((_, i) => ({ text: `text ${i}` })),
)
const asked = suiteOf(
  'asked',
  'questions',
  [...Array(12)].map((_, i) => ({ prompt: `p${i}`, answers: ['yes'] })),
)

interface Behaviour {
  /** Answers of base and tuned, by question. */
  answer(question: string, isTuned: boolean): string
  loss(suite: string, isTuned: boolean): number
}

function memoryStore(): AnswerStore & { all: Map<string, Answer | TextLoss> } {
  const all = new Map<string, Answer | TextLoss>()
  return { all, get: (key) => all.get(key), put: async (key, made) => void all.set(key, made) }
}

async function played(
  suites: Suite[],
  { answer, loss: lossOf }: Behaviour,
  more: { store?: AnswerStore; stopAfter?: number; calls?: string[]; thresholds?: Partial<Thresholds> } = {},
) {
  let tuned = false
  const cancel = new AbortController()
  let made = 0
  const scored = await runSuites({
    suites,
    candidates,
    store: more.store ?? memoryStore(),
    signal: cancel.signal,
    examinee: {
      use: async ({ id, adapter }) => {
        more.calls?.push(`use ${id}`)
        tuned = adapter !== null
      },
      answer: async ({ messages }) => {
        const question = messages.at(-1)!.content!
        more.calls?.push(question)
        if (++made === more.stopAfter) cancel.abort()
        return { text: answer(question, tuned), tokens: 3, finish: 'stop' }
      },
      losses: async ({ name, items: all }) =>
        all.map(({ id }, i) => ({ id, loss: lossOf(name, tuned) + i / 100, tokens: 10, right: tuned ? 7 : 4 })),
    },
  })
  const facts = {
    model: 'm<odel>',
    model_fingerprint: 'b',
    data: 'held.json',
    data_sha256: 'f',
    settings: {},
    seconds: 2965.9,
    versions: {},
  }
  return makeScores({
    scored,
    candidates,
    own: new Set(['loss', 'references']),
    facts,
    thresholds: { ...DEFAULT_THRESHOLDS, ...more.thresholds },
  })
}

const useful: Behaviour = {
  answer: (question, isTuned) => {
    if (question.startsWith('p')) return 'yes'
    return isTuned ? `the answer ${question.slice(1)}` : 'I do not know'
  },
  loss: (suite, isTuned) => (suite === 'loss' && isTuned ? 1 : 2),
}

describe('suites are run', () => {
  it('every candidate on every item, the base first, and judged', async () => {
    const { suites, verdicts } = await played([loss, own, general, asked], useful)
    const [held, answers, texts, questions] = suites
    expect(held.figures.base.loss.value).toBeCloseTo(2.055, 10)
    expect(held.figures.base.perplexity.value).toBeCloseTo(Math.exp(2.055), 8)
    expect(held.figures.tuned.token_accuracy).toMatchObject({ value: 0.7, n: 12 })
    expect(held.differences.tuned.loss).toMatchObject({ verdict: 'lower', n: 12 })
    expect(answers.figures.tuned.exact_match.value).toBe(1)
    expect(answers.figures.base.exact_match.value).toBe(0)
    expect(answers.differences.tuned.f1.verdict).toBe('higher')
    expect(texts.differences.tuned.loss.verdict).toBe('none')
    expect(questions.figures.base.right).toMatchObject({ value: 1, n: 12 })
    expect(verdicts).toMatchObject([{ candidate: 'tuned', verdict: 'better', cures: [] }])
    expect(verdicts[0].reasons[0]).toMatchObject({ suite: 'loss', figure: 'loss', effect: 'gain', n: 12 })
    expect(verdicts[0].reasons[0].items).toHaveLength(5)
  })

  it('goes on where it was stopped, asks nothing twice, and loads nothing for answers that are there', async () => {
    const store = memoryStore()
    const calls: string[] = []
    await expect(played([own, asked], useful, { store, stopAfter: 15, calls })).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(store.all.size).toBe(15)
    const again: string[] = []
    await played([own, asked], useful, { store, calls: again })
    expect(calls.length + again.length).toBe(2 * 24 + 3)
    const nothing: string[] = []
    await played([own, asked], useful, { store, calls: nothing })
    expect(nothing).toEqual([])
    // Another question, or another number of tokens, is another answer.
    const changed: string[] = []
    await played([{ ...own, maxNewTokens: 33 }], useful, { store, calls: changed })
    expect(changed.filter((call) => call.startsWith('q'))).toHaveLength(24)
  })

  it('leaves out what one item or one suite cannot have, and the others go on', async () => {
    const mixed = suiteOf('mixed', 'questions', [
      { id: 'none', prompt: 'p', answers: [] },
      { id: 'long', prompt: 'too long', answers: ['yes'] },
      { id: 'good', prompt: 'p1', answers: ['yes'] },
    ])
    const broken: Behaviour = {
      answer: (question) => {
        if (question === 'too long') throw fail('engine-prompt-too-long', { tokens: 9, limit: 8 })
        if (question.startsWith('q')) throw fail('gpu-lost', { reason: 'gone' })
        return 'yes'
      },
      loss: () => 1,
    }
    const { suites } = await played([own, mixed], broken)
    expect(suites[0].errors).toMatchObject([
      { code: 'gpu-lost', item: null, candidate: 'base' },
      { code: 'gpu-lost', item: null, candidate: 'tuned' },
    ])
    expect(suites[0].figures.base).toEqual({})
    expect(suites[1].errors.map(({ code, item }) => [code, item])).toEqual([
      ['eval-suite-field', 'none'],
      ['engine-prompt-too-long', 'long'],
      ['engine-prompt-too-long', 'long'],
    ])
    expect(suites[1].figures.base.right).toMatchObject({ value: 1, n: 1 })
  })
})

describe('the verdict', () => {
  const verdict = async (
    behaviour: Partial<Behaviour>,
    suites = [loss, own, general, asked],
    thresholds: Partial<Thresholds> = {},
  ) => (await played(suites, { ...useful, ...behaviour }, { thresholds })).verdicts[0]

  it('calls an overfitted run not better, by held-out loss and forgetting, with a cure', async () => {
    const found = await verdict({ loss: (_, isTuned) => (isTuned ? 3 : 2) })
    expect(found.verdict).toBe('not-better')
    expect(found.reasons.filter(({ effect }) => effect === 'harm').map(({ suite }) => suite)).toEqual([
      'loss',
      'general-text',
    ])
    expect(found.cures).toEqual(['fewer-epochs', 'lower-rank', 'strength'])
  })

  it('calls a run better but, where it forgets', async () => {
    const found = await verdict({
      answer: (question, isTuned) => (question.startsWith('p') && isTuned ? 'no' : useful.answer(question, isTuned)),
    })
    expect(found.verdict).toBe('better-but')
    expect(found.reasons.at(-1)).toMatchObject({ suite: 'asked', effect: 'harm', base: 1, value: 0 })
    expect(found.cures[0]).toBe('strength')
  })

  it('draws its lines where the person does, or the suite', async () => {
    // The loss falls by 1 nat; all 12 questions are lost.
    expect((await verdict({}, undefined, { loss: 0.9 })).verdict).toBe('better')
    expect((await verdict({}, undefined, { loss: 1.1 })).verdict).toBe('not-better')
    // What did not move enough is named as what decided.
    expect((await verdict({}, undefined, { loss: 1.1 })).reasons[0]).toMatchObject({ suite: 'loss', effect: 'flat' })
    const still = await verdict({ loss: () => 2 }, [loss, general])
    expect([still.verdict, still.reasons[0]]).toMatchObject(['not-better', { suite: 'loss', effect: 'flat' }])
    const forgets = {
      answer: (question: string, isTuned: boolean) =>
        question.startsWith('p') && isTuned ? 'no' : useful.answer(question, isTuned),
    }
    expect((await verdict(forgets, undefined, { lost: 0.9 })).verdict).toBe('better-but')
    expect((await verdict(forgets, undefined, { lost: 1 })).verdict).toBe('better')
    expect((await verdict(forgets, [loss, { ...asked, threshold: 1 }])).verdict).toBe('better')
    const worse = {
      loss: (suite: string, isTuned: boolean) => (suite === 'loss' ? (isTuned ? 1 : 2) : isTuned ? 2.2 : 2),
    }
    expect((await verdict(worse)).verdict).toBe('better-but')
    expect((await verdict(worse, undefined, { forgetting: 0.3 })).verdict).toBe('better')
    expect((await verdict(worse, [loss, { ...general, threshold: 0.3 }])).verdict).toBe('better')
    const text = JSON.stringify({
      format: 'tunetab-suite/1',
      score: 'questions',
      items: [{ prompt: 'p' }],
      threshold: -1,
    })
    expect(() => readSuite('mine.json', text)).toThrow('threshold')
  })

  it('goes by the answers where no loss was measured, and says nothing of nothing', async () => {
    expect((await verdict({}, [own])).verdict).toBe('better')
    expect((await verdict({ answer: () => 'yes' }, [own])).verdict).toBe('not-better')
    expect((await verdict({}, [asked])).verdict).toBe('unclear')
    // Five pairs can all point one way by chance.
    expect((await verdict({}, [{ ...own, items: own.items.slice(0, 5) }])).verdict).toBe('unclear')
  })
})

describe('the report', () => {
  it('gives its numbers to the README of an exported adapter', async () => {
    const scores = await played([loss, asked], useful)
    const lora = { r: 8, lora_alpha: 16, lora_dropout: 0, use_rslora: false, target_modules: ['q_proj'] }
    const readme = adapterReadme(
      {
        baseModel: 'builtin',
        license: null,
        lora: lora as never,
        parameters: 0,
        facts: { scores: readmeScores(scores, 'tuned', english) },
      },
      'peft',
      [],
    )
    expect(readme).toContain('## Scores\n\nBeside the base model alone: better.')
    const line = readme.split('\n').find((one) => one.includes('| Loss |'))
    expect(line).toMatch(
      /^\| Your rows: held-out loss \| Loss \| 2\.055 \[\S+, \S+\], n 12 \| 1\.055 \[\S+, \S+\], n 12 \| lower \|$/,
    )
    expect(readmeScores(scores, 'other', english)).toBeUndefined()
  })

  it('stands alone, says every number with its n, in both languages', async () => {
    const scores = await played([loss, own, general, asked], useful)
    scores.strength.push({
      candidate: 'tuned',
      points: [0, 0.5, 1].map((s) => ({ strength: s, figures: { loss: 2 - s } })),
    })
    const html = reportHtml(scores, { en: english, 'zh-CN': chinese })
    expect(html).not.toMatch(/<script|https?:|src=|@import|url\(/)
    for (const [language, word] of [
      ['en', 'Perplexity'],
      ['zh-CN', '困惑度'],
    ])
      expect(html.split(`<article lang="${language}">`)[1].split('</article>')[0]).toContain(word)
    expect(html).toContain('m&#60;odel&#62;')
    expect(html).not.toContain('score.')
    expect(html).toContain('in 49 min 26 s.')
    expect(html).toContain('用时 49 分 26 秒。')
    expect(html.match(/<svg /g)).toHaveLength(2 * (4 + 1))
    for (const [cell] of html.matchAll(/<td>[^]*?<\/td>/g)) if (/\[/.test(cell)) expect(cell).toMatch(/n \d+/)
  })
})

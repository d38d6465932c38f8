import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadWords } from '../../src/i18n'
import type { CacheType } from '../../src/contracts/answers'
import { createScoreRoom } from '../../src/state/score-room'
import { createFakeEngine } from '../helpers/fake-engine'

beforeEach(() =>
  vi.stubGlobal('fetch', (url: URL) =>
    Promise.resolve(new Response(readFileSync(`public/${url.pathname.replace('/page/', '')}`, 'utf8'))),
  ),
)
afterEach(() => vi.unstubAllGlobals())

const allowed: string[] = []
/** Second models that were loaded. */
const others: unknown[] = []
const ADAPTER = { name: 'run 1', card: {} }

async function room(hasAdapter = true, engine = createFakeEngine(0), cache: () => CacheType = () => 'f32') {
  await engine.loadModel({ kind: 'builtin' })
  const options = { max_length: 128, assistant_only_loss: true }
  const score = createScoreRoom(engine, {
    baseUrl: 'http://localhost/page/',
    cache,
    data: () => ({ source: { kind: 'sample', name: 'harbour-master.json' }, name: 'Harbour master', options }),
    allow: async (url) => void allowed.push(url),
    hubEndpoint: () => 'http://hub',
    pastedName: (n) => `Pasted ${n}`,
    anotherEngine: () => {
      const other = createFakeEngine(0)
      return {
        ...other,
        async loadModel(source) {
          others.push(source)
          if (source.kind === 'hub' && source.id === 'not/there') throw new Error('no such model')
          return other.loadModel(source)
        },
        dispose: async () => void others.push('gone'),
      }
    },
    adapter: () => (hasAdapter ? ADAPTER : null),
  })
  return score
}

test('base and adapter are asked the same, and the verdict follows', async () => {
  const score = await room()
  score.limitTo(4)
  score.choose('instructions', false)
  score.choose('forgetting', false)
  await score.start()
  const { scores, error, phase } = score.store.getState()
  expect([error, phase]).toEqual([null, 'idle'])
  expect(scores!.suites.map(({ name }) => name)).toEqual(['loss', 'references', 'refusal-en', 'refusal-zh'])
  expect(scores!.candidates.map(({ name }) => name)).toEqual(['base', 'run 1'])
  expect(scores!.suites[0].differences.tuned.loss).toMatchObject({ value: expect.closeTo(-1.2, 6), n: 4 })
  expect(scores!.verdicts).toHaveLength(1)
  const html = await (await score.file('html')).blob.text()
  expect(html).toContain('run 1')
  await Promise.all(['en', 'zh-CN'].map(loadWords))
  expect((await score.ofReadme('en'))!.table[1].slice(0, 2)).toEqual(['Your rows: held-out loss', 'Loss'])
  const chinese = (await score.ofReadme('zh-CN'))!
  expect(chinese.table[0]).toEqual(['考什么', '指标', '基础模型', '本适配器', '差别'])
  expect([chinese.table[1][1], chinese.table[1][4]]).toEqual(['损失', '无'])
  expect(JSON.parse(await (await score.file('json')).blob.text()).format).toBe('tunetab-scores/1')
})

test('a cache that is chosen while scores run is that of the next ones', async () => {
  const engine = createFakeEngine(0)
  const types = new Set<CacheType | undefined>()
  let chosen: CacheType = 'f16'
  const meanwhile = <Args extends unknown[], T>(act: (...args: Args) => T) => {
    return (...args: Args): T => {
      chosen = 'f32'
      return act(...args)
    }
  }
  const { generateMany } = engine
  const listening = {
    ...engine,
    evaluateOn: meanwhile(engine.evaluateOn),
    questionsOf: meanwhile(engine.questionsOf),
    generateMany: ((requests, ...rest) => {
      for (const { kv_dtype } of requests) types.add(kv_dtype)
      return generateMany.call(engine, requests, ...rest)
    }) satisfies typeof generateMany,
  }
  const score = await room(true, listening, () => chosen)
  score.limitTo(4)
  for (const choice of ['loss', 'instructions', 'refusal', 'forgetting'] as const) score.choose(choice, false)
  const factsOf = async () => {
    await score.start()
    return score.store.getState().scores!.facts
  }
  const half = await factsOf()
  expect([half.settings.kv_dtype, [...types]]).toEqual(['f16', ['f16']])
  types.clear()
  // Kept answers in 16 bits are not taken for those in 32, and the model is the same.
  const whole = await factsOf()
  expect([whole.settings.kv_dtype, [...types]]).toEqual(['f32', ['f32']])
  expect([half.model_fingerprint, whole.model_fingerprint]).toEqual(['builtin/2.7', 'builtin/2.7'])
})

test('five cards are judged without names, and a second person can be compared', async () => {
  const score = await room()
  score.limitTo(12)
  score.choose('instructions', false)
  await score.start()
  score.review.begin()
  const cards = score.store.getState().review!.cards
  expect(cards).toHaveLength(5)
  expect(score.store.getState().review!.result).toBeNull()
  const wanted = ['tuned', 'tuned', 'base', 'none', 'tuned']
  for (const [i, card] of cards.entries()) {
    const other = card.tuned === 'left' ? 'right' : 'left'
    score.review.vote(wanted[i] === 'none' ? 'none' : wanted[i] === 'tuned' ? card.tuned : other)
  }
  const { review } = score.store.getState()
  expect(review!.result).toMatchObject({ tuned: 3, base: 1, none: 1, share: { value: 0.75, n: 4 } })
  // The second person sees the same cards, and nothing of whose they are or what the first one thought.
  const file = score.review.file()
  const { cards: shown, ...rest } = JSON.parse(file) as { cards: object[] }
  expect(shown.map((card) => Object.keys(card))).toEqual(cards.map(() => ['id', 'question', 'left', 'right']))
  expect(JSON.stringify(rest)).not.toMatch(/tuned|votes|left|right/)
  const second = await room(false)
  expect(second.review.open(file)).toBe(true)
  expect(second.store.getState().review).toMatchObject({ votes: [], result: null, agreement: null })
  for (const [i, card] of second.store.getState().review!.cards.entries()) {
    const other = card.tuned === 'left' ? 'right' : 'left'
    second.review.vote(wanted[i] === 'none' ? 'none' : i === 0 ? other : wanted[i] === 'tuned' ? card.tuned : other)
  }
  // Of five cards they part on one: (4/5 - 9/25) / (1 - 9/25).
  const agreement = { cards: 5, kappa: expect.closeTo(11 / 16, 12) }
  expect(second.store.getState().review!.agreement).toEqual(agreement)
  expect(score.review.compare(second.review.file())).toBe(true)
  expect(score.store.getState().review!.agreement).toEqual(agreement)
  const changed = JSON.parse(file) as { cards: { left: string }[] }
  changed.cards[0].left += '!'
  for (const text of ['{"format": "other"}', '{', JSON.stringify(changed)]) {
    expect(score.review.compare(text)).toBe(false)
    expect(second.review.open(text)).toBe(false)
  }
})

test('a model alone has scores and no verdict; a stopped scoring keeps its answers', async () => {
  const score = await room(false)
  for (const choice of ['loss', 'instructions', 'forgetting', 'refusal'] as const) score.choose(choice, false)
  const begun = score.start()
  const end = score.store.subscribe(({ progress }) => {
    if (progress?.done === 2) score.stop()
  })
  await begun
  end()
  expect(score.store.getState()).toMatchObject({ phase: 'idle', scores: null, error: null })
  score.limitTo(4)
  await score.start()
  expect(score.store.getState().scores).toMatchObject({ verdicts: [], suites: [{ name: 'references', n: 4 }] })
})

test('the losses follow the strength of the adapter', async () => {
  const score = await room()
  for (const choice of ['references', 'instructions', 'refusal', 'forgetting'] as const) score.choose(choice, false)
  await score.start()
  await score.curve()
  const [{ points }] = score.store.getState().scores!.strength
  expect(points.map(({ strength }) => strength)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
  expect(Object.keys(points[0].figures)).toEqual(['loss'])
})

test('a judge behind an address that was allowed, documents, and lines that move the verdict at once', async () => {
  const score = await room()
  const asked: string[] = []
  const own = globalThis.fetch
  vi.stubGlobal('fetch', async (url: URL | string, init?: RequestInit) => {
    if (!String(url).startsWith('http://judge/')) return own(url)
    const { messages } = JSON.parse(String(init!.body)) as { messages: { content: string }[] }
    asked.push(String(new Headers(init!.headers).get('authorization')))
    const [system, user] = messages.map(({ content }) => content)
    const tunedIsA = /<A>\nAhoy/.test(user)
    const content = system.includes('statements')
      ? JSON.stringify({ verdicts: user.match(/^\d+\. /gm)!.map(() => 'supported') })
      : JSON.stringify({ winner: tunedIsA ? 'A' : 'B' })
    return new Response(JSON.stringify({ choices: [{ message: { content } }], usage: { prompt_tokens: 5 } }))
  })
  for (const choice of ['instructions', 'refusal', 'forgetting'] as const) score.choose(choice, false)
  await score.documents.add([new File(['The ferry leaves pier three at nine.'], 'ferry.txt')])
  await score.documents.add([new File([Uint8Array.of(0x25, 0, 0)], 'scan.pdf')])
  expect(score.store.getState().error).toMatchObject({ code: 'eval-document-kind', params: { file: 'scan.pdf' } })
  score.judgeBy({ who: 'endpoint', url: 'http://judge/v1', model: 'strong' })
  score.setKey('secret')
  await score.start()
  const { scores, estimate, total } = score.store.getState()
  expect(allowed).toContain('http://judge/v1')
  expect(new Set(asked)).toEqual(new Set(['Bearer secret']))
  expect(scores!.judge).toMatchObject({ isWeak: false, results: { tuned: { counts: { tuned: 12 } } }, error: null })
  const truth = scores!.suites.find(({ name }) => name === 'truth')!
  expect(truth.figures.base.claims_supported.value).toBe(1)
  expect(JSON.stringify([scores, score.store.getState()])).not.toContain('secret')
  // What was tried for the pace is not asked again.
  expect(estimate).toBeGreaterThan(0)
  expect(total).toBeLessThan(2 * 36)
  expect(scores!.verdicts[0].verdict).toBe('better')
  score.setThreshold('loss', 5)
  expect(score.store.getState().scores!.verdicts[0].verdict).toBe('not-better')
})

test('an encoder without an id leaves the truth out, and nothing else', async () => {
  const score = await room()
  for (const choice of ['instructions', 'refusal', 'forgetting', 'loss'] as const) score.choose(choice, false)
  score.limitTo(4)
  await score.documents.add([new File(['The ferry leaves pier three at nine.'], 'ferry.txt')])
  score.documents.findBy({ by: 'meaning' })
  await score.start()
  const { scores, error } = score.store.getState()
  const [references, truth] = scores!.suites
  expect([error, references.errors, references.n]).toEqual([null, [], 4])
  expect(truth.errors).toMatchObject([{ code: 'eval-onnx', params: { task: 'embed', reason: 'no-id' }, item: null }])
  expect(scores!.facts.settings.passages).toBeNull()
  score.documents.findBy({ by: 'words' })
  // What stands in the field is taken along.
  score.documents.paste('The pier is made of stone.')
  await score.start()
  expect(score.store.getState()).toMatchObject({ pasting: '', documents: [{}, { name: 'Pasted 1' }] })
  expect(score.store.getState().scores).toMatchObject({ facts: { settings: { passages: 'words' } } })
  expect(score.store.getState().scores!.suites[1].errors).toEqual([])
})

test('a second model in this tab judges beside the one that was scored, and goes when it is done', async () => {
  const score = await room()
  for (const choice of ['instructions', 'refusal', 'forgetting', 'loss'] as const) score.choose(choice, false)
  score.limitTo(4)
  score.judgeBy({ who: 'engine', id: '' })
  await score.start()
  const { judge } = score.store.getState().scores!
  // The pretend engine judges nothing clearly: each of four pairs in two orders, each asked twice.
  expect(judge).toMatchObject({ isWeak: false, url: null, error: null, cost: { calls: 16 } })
  expect(judge!.results.tuned.counts.unclear).toBe(4)
  expect(others).toEqual([{ kind: 'builtin' }, 'gone'])
  score.judgeBy({ id: 'not/there' })
  await score.start()
  const { scores, error } = score.store.getState()
  expect(allowed).toContain('http://hub')
  expect(others.slice(2)).toEqual([{ kind: 'hub', endpoint: 'http://hub', id: 'not/there', revision: 'main' }, 'gone'])
  // What it could not judge is said for it alone.
  expect([error, scores!.suites.length, scores!.judge!.error!.message]).toEqual([null, 1, 'no such model'])
  // No ONNX model ships with the page.
  score.judgeBy({ who: 'onnx', id: '' })
  await score.start()
  expect(score.store.getState().scores!.judge!.error).toMatchObject({
    code: 'eval-onnx',
    params: { task: 'chat', reason: 'no-id' },
  })
})

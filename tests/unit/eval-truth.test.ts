import { expect, it } from 'vitest'
import { readDocument } from '../../src/data/read-document'
import { fail } from '../../src/errors'
import { judgeClaims, readVerdicts } from '../../src/eval/judge/claims'
import { runJudge } from '../../src/eval/judge/run'
import { readRating } from '../../src/eval/judge/single'
import { searchPassages } from '../../src/eval/passages'
import { claimCutter } from '../../src/eval/passages/claims'
import { cutDocuments } from '../../src/eval/passages/cut'
import { termsOf } from '../../src/eval/passages/terms'
import { type Answer, type Candidate, type TextLoss } from '../../src/eval/run/asked'
import { runSuites } from '../../src/eval/run/runner'
import { makeScores } from '../../src/eval/run/scores'
import { referenceSuite, truthSuite } from '../../src/eval/suites/own'

const FERRY = `# Ferry times

The ferry to Northwold leaves pier three at nine in the morning.

A ticket costs 14 euros. Children under six travel free.

## Dogs

Dogs must be kept on a lead and may not enter the saloon.
`
const HARBOUR = '港口早上六点开门，晚上十点关门。\n\n渡轮每天九点从三号码头出发。船票十四元。'
const documents = [
  { name: 'ferry.md', text: FERRY },
  { name: '港口.txt', text: HARBOUR },
]

it('cuts documents into paragraphs under their headings, long ones by sentences', () => {
  const passages = cutDocuments(documents)
  expect(passages.map(({ document, text }) => [document, text.split('\n')[0]])).toEqual([
    ['ferry.md', 'Ferry times'],
    ['ferry.md', 'Dogs'],
    ['港口.txt', '港口早上六点开门，晚上十点关门。'],
  ])
  const long = cutDocuments([{ name: 'l', text: 'Seven words stand in each such sentence. '.repeat(60) }])
  expect(long.map(({ text }) => termsOf(text).length).every((n) => n > 60 && n <= 120)).toBe(true)
  expect(
    long
      .map(({ text }) => text)
      .join(' ')
      .match(/Seven/g),
  ).toHaveLength(60)
  expect(() => cutDocuments([{ name: 'empty.txt', text: ' \n--\n' }])).toThrow('empty.txt')
})

it('finds the passage that a claim is about, in words and in Han characters', async () => {
  expect(termsOf('Café 3号码头, 九点')).toEqual(['café', '3', '号码', '码头', '九点'])
  const passages = await searchPassages(documents)
  const best = async (text: string) => (await passages.find([text], 1))[0][0]
  expect((await best('Where may dogs go?')).text).toContain('saloon')
  expect((await best('港口几点关门')).document).toBe('港口.txt')
  expect(await passages.find(['zebra'], 3)).toEqual([[]])
  const ferry = await best('ticket price')
  expect(passages.overlap('A ticket costs 14 euros.', ferry)).toBeGreaterThan(0.99)
  // One wrong number is a wrong claim, however many words agree.
  expect(passages.overlap('A ticket costs 15 euros.', ferry)).toBe(0)
  expect(passages.overlap('Elephants sing loudly.', ferry)).toBe(0)
})

it('finds passages by vectors, the nearest first, and the earlier of two as near', async () => {
  const asked: number[] = []
  const toward = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle))
  // Ferry times at 0, dogs at 1, the harbour at 1 again; what is asked lies at 0.6.
  const angles = [0, 1, 1]
  const passages = await searchPassages(documents, async (texts) => {
    asked.push(texts.length)
    return texts.map((text, i) => toward(text === 'near the dogs' ? 0.6 : angles[i]))
  })
  const names = (found: { text: string }[]) => found.map(({ text }) => text.split('\n')[0].slice(0, 4))
  const [found] = await passages.find(['near the dogs'], 3)
  expect(names(found)).toEqual(['Dogs', '港口早上', 'Ferr'])
  expect(await passages.find([], 3)).toEqual([])
  expect(asked).toEqual([3, 1])
})

it('leaves the truth out where passages cannot be found, and says so once; the rest goes on', async () => {
  const row = { row: 1, messages: [{ role: 'user', content: 'How much?' }], tools: null, reference: '14 euros' }
  const references = referenceSuite([row, { ...row, row: 2 }], 16)
  const onnx = { task: 'embed', model: 'a/b', endpoint: 'http://hub', reason: 'no-file' } as const
  const scored = await runSuites({
    suites: [truthSuite(references), references],
    candidates: candidates.slice(0, 1),
    passages: () => searchPassages(documents, () => Promise.reject(fail('eval-onnx', onnx))),
    store: { get: () => undefined, put: async () => {} },
    examinee: {
      use: async () => {},
      losses: async () => [],
      answer: async () => ({ text: 'A ticket costs 14 euros.', tokens: 6, finish: 'stop' }),
    },
  })
  const [truth, other] = scored
  expect(truth.errors.map(({ code, item }) => [code, item])).toEqual([['eval-onnx', null]])
  expect(truth.items.map(({ results }) => results.base)).toEqual([null, null])
  expect(other.errors).toEqual([])
  expect(other.items[0].results.base!.answer!.text).toBe('A ticket costs 14 euros.')
})

it('asks once what truth and references ask alike, also side by side', async () => {
  const row = { messages: [{ role: 'user', content: 'How much?' }], tools: null, reference: '14 euros' }
  const references = referenceSuite(
    [1, 2, 3].map((n) => ({ ...row, row: n })),
    16,
  )
  const kept = new Map<string, Answer | TextLoss>()
  const asked: string[] = []
  const told: number[] = []
  const answer: Answer = { text: 'A ticket costs 14 euros.', tokens: 6, finish: 'stop' }
  const [, truth] = await runSuites({
    suites: [references, truthSuite(references)],
    candidates: candidates.slice(0, 1),
    passages: () => searchPassages(documents),
    store: { get: (key) => kept.get(key), put: async (key, made) => void kept.set(key, made) },
    on: ({ done }) => void told.push(done),
    examinee: {
      use: async () => {},
      losses: async () => [],
      answer: () => expect.unreachable(),
      async answers(questions, on) {
        for (const [place, { item }] of questions.entries()) {
          asked.push(item.id)
          await on(place, answer)
        }
      },
    },
  })
  expect(asked).toEqual(['1', '2', '3'])
  expect(truth.items.map(({ results }) => results.base!.parts.claims_overlap)).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ])
  // Every item of both is counted once.
  expect(told.at(-1)).toBe(6)
})

it('takes an answer’s statements for claims, not its questions and flourishes', async () => {
  const cut = await claimCutter()
  expect(
    cut('Of course! The ferry leaves at nine. Dogs stay on a lead.\n- Tickets cost 14 euros.\nAnything else?'),
  ).toEqual(['The ferry leaves at nine.', 'Dogs stay on a lead.', 'Tickets cost 14 euros.'])
  expect(cut('好的。渡轮九点出发。船票十四元！还有问题吗？')).toEqual(['渡轮九点出发。', '船票十四元！'])
})

const says = (...replies: string[]) => {
  const asked: string[] = []
  const ask = async (_: string, user: string) => {
    asked.push(user)
    return replies[Math.min(asked.length, replies.length) - 1]
  }
  return { asked, ask }
}

it('asks a judge about every claim beside its passages; nonsense again, then marked', async () => {
  expect(readVerdicts('So: {"verdicts": ["supported", "Unknown"]}', 2)).toEqual(['supported', 'unknown'])
  expect(readVerdicts('{"verdicts": ["supported"]}', 2)).toBeNull()
  expect(readVerdicts('{"verdicts": ["supported", "true"]}', 2)).toBeNull()
  expect(readVerdicts('{"verdicts": ["supported", "true", "unknown"]}', 2)).toBeNull()
  const [passages] = await (await searchPassages(documents)).find(['ticket'], 2)
  const claim = (text: string) => ({ text, passages, overlap: 0, verdict: null })
  const claims = [claim('A ticket costs 14 euros.'), claim('It is free.')]
  const good = says('Hm.', '{"verdicts": ["supported", "contradicted"]}')
  expect(await judgeClaims(good.ask, claims)).toEqual(['supported', 'contradicted'])
  expect(good.asked[0]).toContain('2. It is free.')
  expect(good.asked[0]).toContain('Children under six')
  expect(await judgeClaims(says('Hm.').ask, claims)).toEqual(['unclear', 'unclear'])
  const nothing = says('x')
  expect(await judgeClaims(nothing.ask, [{ ...claim('x'), passages: [] }])).toEqual(['unknown'])
  expect(nothing.asked).toEqual([])
})

const candidates: Candidate[] = ['base', 'tuned'].map((id) => ({ id, name: id, adapter: null, strength: 1, print: id }))

it('scores truth on the answers that references ask for anyway: weak by overlap, then by the judge', async () => {
  const references = referenceSuite(
    [1, 2, 3, 4, 5, 6, 7].map((row) => ({
      row,
      messages: [{ role: 'user', content: `What does ticket ${row} cost?` }],
      tools: null,
      reference: '14 euros',
    })),
    16,
  )
  const kept = new Map<string, Answer | TextLoss>()
  const store = {
    get: (key: string) => kept.get(key),
    put: async (key: string, made: Answer | TextLoss) => void kept.set(key, made),
  }
  let [who, answers] = ['', 0]
  const scored = await runSuites({
    suites: [references, truthSuite(references)],
    candidates,
    passages: () => searchPassages(documents),
    store,
    examinee: {
      use: async ({ id }) => void (who = id),
      losses: async () => [],
      answer: async () => {
        answers++
        return {
          text: who === 'base' ? 'A ticket costs 99 euros.' : 'A ticket costs 14 euros.',
          tokens: 5,
          finish: 'stop',
        }
      },
    },
  })
  expect(answers).toBe(14)
  const cost = { calls: 0, promptTokens: 0, completionTokens: 0 }
  const judge = {
    model: 'judge',
    url: 'http://u/v1',
    isWeak: false,
    cost,
    ask: async (system: string, user: string) => {
      cost.calls++
      if (system.includes('rate')) return `{"rating": ${user.includes('14 euros.\n</answer>') ? 9 : 3}}`
      return `{"verdicts": ["${user.includes('99') ? 'contradicted' : 'supported'}"]}`
    },
  }
  const run = { scored, candidates, judge, modes: ['single'] as const, rubric: 'r', store }
  const judged = await runJudge(run)
  expect(judged.ratings.tuned).toMatchObject({
    mean: { value: 9, n: 7 },
    difference: { value: 6, verdict: 'higher', n: 7 },
    unclear: 0,
  })
  expect(judged.ratings.base).toMatchObject({ mean: { value: 3 }, difference: null })
  expect(judged.results).toEqual({})
  // The same answers are judged once; each of two claims, each of two answers.
  expect(cost.calls).toBe(2 + 14)
  await runJudge(run)
  expect(cost.calls).toBe(2 + 14)
  const facts = {
    model: 'm',
    model_fingerprint: '',
    data: null,
    data_sha256: null,
    settings: {},
    seconds: 1,
    versions: {},
  }
  const own = new Set(['references', 'truth'])
  const { suites, verdicts } = makeScores({ scored, candidates, own, facts, judge: judged })
  expect(suites[1].figures.base).toMatchObject({
    claims_overlap: { value: 0, n: 7 },
    claims_supported: { value: 0, n: 7 },
    claims_contradicted: { value: 1, n: 7 },
  })
  expect(suites[1].figures.tuned).toMatchObject({ claims_overlap: { value: 1 }, claims_supported: { value: 1 } })
  expect(verdicts[0].reasons.map(({ figure, effect }) => `${figure} ${effect}`)).toContain('claims_contradicted gain')
})

it('says once that there are no documents', async () => {
  const suite = truthSuite(referenceSuite([{ row: 1, messages: [], tools: null, reference: 'r' }], 8))
  const twice = { ...suite, items: [suite.items[0], { ...suite.items[0], id: '2' }] }
  const [{ errors }] = await runSuites({
    suites: [twice],
    candidates,
    store: { get: () => undefined, put: async () => {} },
    examinee: { use: async () => {}, losses: async () => [], answer: () => Promise.reject(new Error('asked')) },
  })
  expect(errors).toMatchObject([{ code: 'eval-suite-needs-documents', item: null }])
})

it('reads marks as judges write them', () => {
  expect(['{"rating": 7}', 'I give [[8.5]].', '{"rating": "3"}', '{"rating": 11}', 'good'].map(readRating)).toEqual([
    7,
    8.5,
    3,
    null,
    null,
  ])
})

it('reads documents in the encodings that texts come in, and refuses what is none', async () => {
  const utf8 = new TextEncoder().encode('﻿渡轮')
  expect(await readDocument('a.txt', utf8)).toBe('渡轮')
  expect(await readDocument('b.txt', Uint8Array.of(0xff, 0xfe, 0x41, 0))).toBe('A')
  // 港口早上六点开门，晚上十点关门。船票十四元。 in GBK.
  const gbk = Uint8Array.from(
    Buffer.from('b8dbbfdad4e7c9cfc1f9b5e3bfaac3c5a3accdedc9cfcaaeb5e3b9d8c3c5a1a3b4acc6b1caaecbc4d4aaa1a3', 'hex'),
  )
  expect(await readDocument('c.txt', gbk)).toBe('港口早上六点开门，晚上十点关门。船票十四元。')
  await expect(readDocument('d.pdf', Uint8Array.of(0x25, 0x50, 0, 1))).rejects.toMatchObject({
    code: 'eval-document-kind',
  })
})

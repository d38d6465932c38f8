import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fail } from '../../src/errors'
import type { Answer, AnswerStore, Candidate, Examinee, TextLoss } from '../../src/eval/run/asked'
import { estimateRun } from '../../src/eval/run/estimate'
import { longSeconds, paceOf, secondsOf, stepsOf } from '../../src/eval/run/pace'
import { runSuites } from '../../src/eval/run/runner'
import { readSuite, type Suite, type SuiteItem } from '../../src/eval/suites/suite'
import { PythonRandom } from '../../src/eval/python/random'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

test('steps of a queue on lines, and a pace from two measurements', () => {
  expect(stepsOf([5, 3, 3, 2], 2)).toBe(4 + 1)
  expect(stepsOf([9], 8)).toBe(8)
  expect(stepsOf([], 8)).toBe(0)
  const pace = { promptSeconds: 0.01, stepSeconds: 0.5 }
  const answers = [11, 21, 5]
  const seconds = secondsOf({ promptTokens: 300, answers }, pace)
  expect(seconds).toBeCloseTo(3 + 20 * 0.5, 10)
  const found = paceOf({ tokens: 50, seconds: 0.5 }, { promptTokens: 300, answers, seconds })
  expect(found.promptSeconds).toBeCloseTo(0.01, 10)
  expect(found.stepSeconds).toBeCloseTo(0.5, 10)
  // Noise may make prompts look slower than prompts and answers together.
  expect(paceOf({ tokens: 10, seconds: 9 }, { promptTokens: 20, answers: [3], seconds: 2 })).toEqual({
    promptSeconds: 0.1,
    stepSeconds: 0,
  })
  // Prompts of which none can be asked have no pace.
  const silent = { promptTokens: 0, answers: [0], seconds: 0.1 }
  expect(paceOf({ tokens: 0, seconds: 0.1 }, silent)).toEqual({ promptSeconds: 0, stepSeconds: 0 })
  // 1000 tokens in 6 s, 4 of them by the token: at twice the length 8 of these and 4 times 2 of the others.
  expect(longSeconds(2000, 1000, 6, 0.004)).toBeCloseTo(16, 10)
})

const suite = (name: string, score: string, items: object[], max_new_tokens: number): Suite =>
  readSuite(name, JSON.stringify({ format: 'tunetab-suite/1', name, score, max_new_tokens, items }))
const many = (n: number, item: (i: number) => object) => Array.from({ length: n }, (_, i) => item(i))
const question = (i: number) => ({ prompt: `p${i}`, answers: ['yes'] })
const suites = [
  suite(
    'texts',
    'text',
    many(40, (i) => ({ text: `text ${i}` })),
    1,
  ),
  suite('long answers', 'questions', many(120, question), 256),
  suite('short answers', 'questions', many(60, question), 32),
  suite('few', 'questions', many(20, question), 128),
  suite(
    'contexts',
    'recall',
    many(6, (i) => ({ prompt: 'p', facts: ['7'], length: 1024 * (1 + (i % 2)) })),
    16,
  ),
]
const candidates: Candidate[] = ['base', 'tuned'].map((id) => ({ id, name: id, adapter: null, strength: 1, print: id }))

/** A device with eight lines that builds its kernels first; answers of drawn lengths, the tuned model's shorter. */
function device(): Examinee & { seconds: number } {
  const random = new PythonRandom(7)
  const said = new Map<string, number>()
  let tuned = false
  let built = new Set<string>()
  const pass = (seconds: number) => {
    it.seconds += seconds
    vi.advanceTimersByTime(seconds * 1000)
  }
  const build = (what: string, seconds: number) => {
    if (!built.has(what)) pass(seconds)
    built = new Set([...built, what])
  }
  const tokens = ({ fields: { length }, messages }: SuiteItem) =>
    typeof length === 'number' ? length : 30 + 7 * (Number(messages[0].content!.slice(1)) % 9)
  const lengthOf = (item: SuiteItem, most: number) => {
    const key = `${tuned} ${most} ${item.id}`
    // Some end soon, some never.
    // The first questions of a suite have shorter answers than the others.
    const mean = (tuned ? 40 : 90) * (Number(item.id) <= 15 ? 0.2 : 1.2)
    const drawn = Math.ceil(-Math.log(1 - random.random()) * mean)
    said.set(key, said.get(key) ?? Math.min(most > 2 ? 256 : most, drawn))
    return Math.min(most, said.get(key)!)
  }
  const answer = (length: number): Answer => ({ text: 'yes', tokens: length, finish: 'stop' })
  const it: Examinee & { seconds: number } = {
    seconds: 0,
    use: async ({ id }) => void (tuned = id === 'tuned'),
    promptTokens: async (items) => items.map(tokens),
    async answers(questions, on) {
      build('steps', 20)
      pass(0.2)
      const lengths = questions.map(({ item, maxNewTokens }) => lengthOf(item, maxNewTokens))
      pass(questions.reduce((sum, { item }) => sum + tokens(item) * 0.004, 0) + stepsOf(lengths) * 0.06)
      for (const [place, length] of lengths.entries()) await on(place, answer(length))
    },
    async answer(item) {
      const n = tokens(item)
      pass(n * 0.004 + n * n * 4e-6)
      return answer(4)
    },
    async losses({ items }) {
      build('losses', 9)
      pass(0.25 * items.length)
      return items.map(({ id }): TextLoss => ({ id, loss: 2, tokens: 9, right: 4 }))
    },
  }
  return it
}

test('what is said before is what it takes, whatever is built first and however long the answers are', async () => {
  const kept = new Map<string, Answer | TextLoss>()
  const store: AnswerStore = { get: (key) => kept.get(key), put: async (key, made) => void kept.set(key, made) }
  const examinee = device()
  const options = { suites, candidates, examinee, store }
  const { left, seconds } = await estimateRun(options)
  expect(left).toBe(2 * 246 - kept.size)
  const before = examinee.seconds
  await runSuites(options)
  const took = examinee.seconds - before
  // Finding out is a small part of the whole, and nothing of it is asked twice.
  expect(before - 29).toBeLessThan(took / 3)
  expect(kept.size).toBe(2 * 246)
  expect(seconds / took).toBeGreaterThan(0.8)
  expect(seconds / took).toBeLessThan(1.2)
  expect(await estimateRun(options)).toEqual({ left: 0, seconds: 0 })
})

test('an item that fails beside others leaves the time open, and the scoring goes on', async () => {
  const kept = new Map<string, Answer | TextLoss>()
  const store: AnswerStore = { get: (key) => kept.get(key), put: async (key, made) => void kept.set(key, made) }
  const signal = new AbortController()
  const failing = async () => {
    throw fail('gpu-out-of-memory', { what: 'KV cache', bytes: 1e9 })
  }
  const options = { suites: suites.slice(1, 2), candidates, store, signal: signal.signal }
  const estimate = (change: Partial<Examinee>) => estimateRun({ ...options, examinee: { ...device(), ...change } })
  expect(await estimate({ answers: failing })).toEqual({ left: 240, seconds: 0 })
  expect(await estimate({ use: failing })).toEqual({ left: 240, seconds: 0 })
  await expect(estimate({ answers: () => Promise.reject(new Error('a fault of ours')) })).rejects.toThrow('of ours')
  signal.abort()
  await expect(estimate({ answers: failing })).rejects.toThrow()
})

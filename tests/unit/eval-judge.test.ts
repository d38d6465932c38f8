import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { judgeAt, type JudgeCost } from '../../src/eval/judge/endpoint'
import { runJudge } from '../../src/eval/judge/run'
import type { Answer, TextLoss } from '../../src/eval/run/asked'
import { referenceSuite } from '../../src/eval/suites/own'
import { judgePair, judgeResult, readWinner, type JudgedPair } from '../../src/eval/judge/pairwise'

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())))

type Reply = (out: ServerResponse) => void
const says =
  (text: string): Reply =>
  (out) =>
    out.end(
      JSON.stringify({ choices: [{ message: { content: text } }], usage: { prompt_tokens: 7, completion_tokens: 2 } }),
    )
const status =
  (code: number, headers: Record<string, string> = {}): Reply =>
  (out) =>
    void out.writeHead(code, headers).end('{}')
const breaksOff: Reply = (out) => void out.destroy()

/** A judge that gives these replies in order, the last one for ever; what it was asked is kept. */
async function judge(...replies: Reply[]) {
  const asked: { url?: string; key?: string; body: { model: string; messages: { content: string }[] } }[] = []
  server = createServer((request, out) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const reply = replies[Math.min(asked.length, replies.length - 1)]
      asked.push({ url: request.url, key: request.headers.authorization, body: JSON.parse(body) })
      reply(out)
    })
  })
  await new Promise<void>((resolve) => server!.listen(0, resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}/v1`
  const cost: JudgeCost = { calls: 0, promptTokens: 0, completionTokens: 0 }
  const waits: number[] = []
  const wait = async (ms: number) => void waits.push(ms)
  return { asked, cost, waits, ask: judgeAt({ url, model: 'judge', key: 'secret' }, cost, wait) }
}

const pair: JudgedPair = { question: 'q', reference: 'r', base: 'the base says', tuned: 'the tuned says' }
const A = says('{"winner": "A"}')
const B = says('{"winner": "B"}')

describe('a judge behind an address', () => {
  it('is asked in both orders, and a side that it favours decides nothing', async () => {
    const { ask, asked, cost } = await judge(B, A)
    expect(await judgePair(ask, pair)).toBe('tuned')
    expect(asked.map(({ url, key, body }) => [url, key, body.model])).toEqual(
      [1, 2].map(() => ['/v1/chat/completions', 'Bearer secret', 'judge']),
    )
    const order = asked.map(({ body }) => /<A>\n(.*)\n<\/A>/.exec(body.messages[1].content)![1])
    expect(order).toEqual(['the base says', 'the tuned says'])
    expect(cost).toEqual({ calls: 2, promptTokens: 14, completionTokens: 4 })
  })

  it.each([
    ['base', [A, B]],
    ['split', [A, A]],
    ['tie', [says('{"winner": "tie"}')]],
    ['split', [B, says('Both are fine. {"winner": "tie"}')]],
    // Nonsense is asked again, then marked.
    ['tuned', [says('I like both.'), B, A]],
    ['unclear', [says('I like both.')]],
  ] as const)('finds %s', async (wanted, replies) => {
    const { ask } = await judge(...replies)
    expect(await judgePair(ask, pair)).toBe(wanted)
  })

  it('is waited for as long as it asks, and tried again after faults, nothing and silence', async () => {
    const { ask, waits, cost } = await judge(status(429, { 'retry-after': '3' }), status(500), breaksOff, says(''), B)
    expect(await ask('s', 'u')).toContain('B')
    expect(cost.calls).toBe(5)
    expect(waits).toEqual([3000, 1000, 2000, 4000, 8000])
  })

  it('is given up after five tries, at once where it refuses, never with the key in a message', async () => {
    const silent = await judge(says(''))
    const error = await silent.ask('s', 'u').catch((one: Error) => one)
    expect(error).toMatchObject({ code: 'eval-judge-unreachable', params: { tries: 5 } })
    expect(JSON.stringify(error)).not.toContain('secret')
    await new Promise<void>((resolve) => server!.close(() => resolve()))
    const refusing = await judge(status(401))
    await expect(refusing.ask('s', 'u')).rejects.toMatchObject({ code: 'eval-judge-refused' })
    expect(refusing.cost.calls).toBe(1)
  })
})

it('judges every pair that differs once, keeps what it has, and ends where the judge does', async () => {
  const suite = referenceSuite(
    [1, 2, 3].map((row) => ({ row, messages: [{ role: 'user', content: 'q' }], tools: null, reference: 'r' })),
    8,
  )
  const answer = (text: string) => ({ answer: { text, tokens: 1, finish: 'stop' as const }, parts: {} })
  const items = suite.items.map(({ id, messages }, i) => ({
    id,
    messages,
    results: { base: answer('same'), tuned: answer(i === 0 ? 'same' : `other ${i}`) },
  }))
  const candidates = ['base', 'tuned'].map((id) => ({ id, name: id, adapter: null, strength: 1, print: id }))
  const kept = new Map<string, Answer | TextLoss>()
  const store = {
    get: (key: string) => kept.get(key),
    put: async (key: string, made: Answer | TextLoss) => void kept.set(key, made),
  }
  const once = (found: Awaited<ReturnType<typeof judge>>) =>
    runJudge({
      scored: [{ suite, items, errors: [] }],
      candidates,
      judge: { url: 'u', model: 'm', isWeak: false, ask: found.ask, cost: found.cost },
      modes: ['pairwise'],
      rubric: 'r',
      store,
    })
  const broken = await once(await judge(B, A, status(403)))
  expect(broken.results.tuned.counts.tuned).toBe(1)
  expect(broken.error).toMatchObject({ code: 'eval-judge-refused' })
  await new Promise<void>((resolve) => server!.close(() => resolve()))
  const rest = await judge(B, A)
  const whole = await once(rest)
  expect(whole).toMatchObject({ error: null, results: { tuned: { counts: { tuned: 2 } } } })
  expect(rest.cost.calls).toBe(2)
})

it('reads winners, and counts what a judge made of all', () => {
  expect(['{"winner":"b"}', 'so [[A]]', '[[C]]', '{"winner": "D"}', ''].map(readWinner)).toEqual([
    'B',
    'A',
    'tie',
    null,
    null,
  ])
  const { share, counts, orderAgreement } = judgeResult(['tuned', 'tuned', 'tuned', 'base', 'tie', 'split', 'unclear'])
  expect(counts).toEqual({ tuned: 3, base: 1, tie: 1, split: 1, unclear: 1 })
  expect(share).toMatchObject({ value: 0.75, n: 4 })
  expect(orderAgreement).toMatchObject({ value: 5 / 6, n: 6 })
})

import { expect, it } from 'vitest'
import { tokenizerOf } from '../../src/engine/core/open-data'
import { openModelFolder } from '../../src/model/opening/open-model'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { promptIds } from '../../src/engine/core/answer'
import { fail } from '../../src/errors'
import { SCORE_KINDS } from '../../src/eval/kinds'
import { type Candidate } from '../../src/eval/run/asked'
import { runSuites } from '../../src/eval/run/runner'
import { scoreSheet } from '../../src/eval/run/sheet'
import { longContextSuite } from '../../src/eval/suites/long-context'

const tokenizer = await tokenizerOf(await openModelFolder(nodeFolder('public/demo-model')))
const count = async (prompts: { messages: { role: string; content: string | null }[] }[]) =>
  prompts.map(({ messages }) => promptIds(tokenizer, { messages, tools: null }).length)

it('fills each length of the model with a chronicle that holds its facts where they belong', async () => {
  const { items, maxNewTokens } = await longContextSuite({ longest: 4096, count })
  expect(items).toHaveLength(4 + 3 * 7)
  const texts = items.filter(({ fields }) => fields.length !== undefined)
  const tokens = await count(texts)
  for (const [i, { id, messages, fields }] of texts.entries()) {
    const [length, facts] = [fields.length as number, fields.facts as string[]]
    const room = length - maxNewTokens
    expect([id, tokens[i] <= room, tokens[i] > room - 60]).toEqual([id, true, true])
    const text = messages[0].content!
    // The share of the text that stands before the fact, as the id says it.
    const share = /(\d+)%$/.exec(id)?.[1]
    if (share) expect(text.indexOf(facts[0]) / text.length).toBeCloseTo(Number(share) / 100, 1)
    else expect(new Set(facts).size).toBe(4)
    for (const fact of facts) expect(text.split(fact)).toHaveLength(2)
  }
  for (const { messages, fields } of items.slice(0, 4)) {
    expect(messages.filter(({ role }) => role === 'user')).toHaveLength(8)
    const turns = messages.map(({ content }) => content!.includes((fields.facts as string[])[0]))
    expect(turns.indexOf(true)).toBe(0)
    expect(turns.lastIndexOf(true)).toBe(0)
  }
  // The same texts again, since the seed is.
  expect((await longContextSuite({ longest: 4096, count })).items).toEqual(items)
})

it('asks at the limit itself where 1k is too long', async () => {
  const { items } = await longContextSuite({ longest: 300, count })
  expect(new Set(items.slice(4).map(({ fields }) => fields.length))).toEqual(new Set([300]))
})

it('counts facts that are found, by their number and by the length', async () => {
  const item = (facts: string[], more: object = {}, turns = 1) => ({
    id: '1',
    messages: [...Array(turns)].map(() => ({ role: 'user', content: 'q' })),
    tools: null,
    fields: { facts, ...more },
  })
  const parts = async (one: ReturnType<typeof item>, answer: string) =>
    (await (await SCORE_KINDS.recall.prepare(one, { suite: 's', row: 1 }))(answer)).parts
  expect(await parts(item(['7391'], { length: 2048 }), 'It is 7391.')).toEqual({
    recalled: [1, 1],
    one_fact: [1, 1],
    at_2k: [1, 1],
  })
  expect(await parts(item(['7391'], { length: 300 }), '17391')).toEqual({ recalled: [0, 1], one_fact: [0, 1] })
  expect(await parts(item(['11', '22', '33', '44']), '密码是11和33。')).toEqual({
    recalled: [2, 4],
    several_facts: [2, 4],
  })
  expect(await parts(item(['豆沙'], {}, 8), '它叫豆沙。')).toEqual({ recalled: [1, 1], over_turns: [1, 1] })
  await expect(parts(item([]), '')).rejects.toMatchObject({ code: 'eval-suite-field', params: { field: 'facts' } })
})

it('says too little memory for a length once, asks nothing longer, and lets the rest stand', async () => {
  const suite = await longContextSuite({ longest: 4096, count })
  const candidates: Candidate[] = [{ id: 'base', name: 'base', adapter: null, strength: 1, print: 'b' }]
  const asked: unknown[] = []
  const scored = await runSuites({
    suites: [suite],
    candidates,
    store: { get: () => undefined, put: async () => {} },
    examinee: {
      use: async () => {},
      losses: async () => [],
      answer: async ({ fields }) => {
        asked.push(fields.length)
        if (fields.length === 2048) throw fail('gpu-out-of-memory', { what: 'KV cache', bytes: 1e9 })
        return { text: (fields.facts as string[]).join(' '), tokens: 4, finish: 'stop' }
      },
    },
  })
  expect(asked.filter((length) => length === 2048)).toHaveLength(1)
  expect(asked).not.toContain(4096)
  expect(scored[0].errors).toMatchObject([
    { code: 'eval-length-memory', params: { length: 2048 }, item: '2048-en-10%', candidate: 'base' },
  ])
  const [{ figures }] = scoreSheet(scored, candidates)
  expect(figures.base.at_1k).toMatchObject({ value: 1, n: 7, interval: [expect.closeTo(0.6457, 4), 1] })
  expect(figures.base.at_2k).toBeUndefined()
  expect(figures.base.over_turns).toMatchObject({ value: 1, n: 4 })
})

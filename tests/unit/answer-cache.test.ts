import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { GenerateRequest } from '../../src/contracts/answers'
import type { Engine } from '../../src/engine/api/types'
import { cachePrint } from '../../src/eval/run/asked'
import { engineExaminee } from '../../src/eval/run/engine-examinee'
import { generateCommand } from '../../src/headless/cli/generate'
import { scoreCommand } from '../../src/headless/cli/score'
import { createTryRoom } from '../../src/state/try-room'

vi.mock('../../src/engine/core/core', () => ({
  createEngine: () => ({
    gpu: async () => ({ features: [], description: 'Pretend GPU' }),
    loadModel: () => Promise.reject(new Error('the model was loaded')),
  }),
}))

const ANSWER = { text: 'Ahoy', finish: 'stop' as const, tokensPerSecond: 1, token_ids: [1] }

/** Remembers in what answers' keys and values were to be kept. */
function listening() {
  const types: GenerateRequest['kv_dtype'][] = []
  const engine = {
    async generate({ kv_dtype }: GenerateRequest) {
      types.push(kv_dtype)
      return ANSWER
    },
  } as unknown as Engine
  return { engine, types }
}

it('the room Try asks with the cache that the person chose by then', async () => {
  const { engine, types } = listening()
  let cache: 'f32' | 'f16' = 'f32'
  const room = createTryRoom(engine, () => cache)
  await room.send('Who?')
  cache = 'f16'
  await room.send('Who?')
  expect(types).toEqual(['f32', 'f16'])
})

it('scores ask with it, and keep their answers apart from others', async () => {
  const { engine, types } = listening()
  const examinee = engineExaminee({ engine, load: async () => {}, maxLength: 8, cache: 'f16' })
  await examinee.use({ id: 'base', name: 'base', adapter: null, strength: 1, print: '' })
  await examinee.answer({ id: '1', messages: [{ role: 'user', content: 'Who?' }], tools: null, fields: {} }, 4)
  expect(types).toEqual(['f16'])
  expect(cachePrint('f16')).not.toBe(cachePrint('f32'))
  // What was kept before there was a choice is still known.
  expect(cachePrint('f32')).toBe('')
})

it('the command line asks the GPU before a model is loaded and a folder taken', async () => {
  const out = join(tmpdir(), `no-f16-${process.pid}`)
  const said = { line: () => {}, warning: () => {}, progress: () => {} }
  const context = (options: object) => ({ options, terminal: said, root: '.', onInterrupt: () => {} }) as never
  const asked = { model: 'builtin', 'kv-dtype': 'f16', prompt: 'Who?', suite: 'refusal', out }
  for (const { run } of [generateCommand, scoreCommand])
    await expect(run(context(asked))).rejects.toMatchObject({ code: 'model-no-f16-cache' })
  // In 32 bits any GPU goes on, to the model.
  await expect(generateCommand.run(context({ ...asked, 'kv-dtype': 'f32' }))).rejects.toThrow('was loaded')
  expect(existsSync(out)).toBe(false)
})

it('is no option where the answers are there already', async () => {
  const options = { answers: 'answers.jsonl', 'kv-dtype': 'f16', suite: 'ifeval', out: 'scores' }
  const excluded = { code: 'cli-options-exclude', params: { first: '--answers', second: '--kv-dtype' } }
  await expect((async () => scoreCommand.run({ options } as never))()).rejects.toMatchObject(excluded)
})

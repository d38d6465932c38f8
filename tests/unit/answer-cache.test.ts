import { expect, it } from 'vitest'
import type { GenerateRequest } from '../../src/contracts/answers'
import type { Engine, GpuSummary } from '../../src/engine/api/types'
import { cachePrint } from '../../src/eval/run/asked'
import { engineExaminee } from '../../src/eval/run/engine-examinee'
import type { CommandContext } from '../../src/headless/cli/command'
import { kvDtype } from '../../src/headless/cli/kv-dtype'
import { createTryRoom } from '../../src/state/try-room'

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

it('the command line says before anything is asked that a GPU lacks it', async () => {
  const on = (features: string[]) => ({ gpu: async () => ({ features }) as GpuSummary }) as unknown as Engine
  const wanted = (value?: string) => ({ options: { 'kv-dtype': value } }) as unknown as CommandContext
  expect(await kvDtype(wanted(), on([]))).toBe('f32')
  expect(await kvDtype(wanted('f16'), on(['shader-f16']))).toBe('f16')
  await expect(kvDtype(wanted('f16'), on([]))).rejects.toMatchObject({ code: 'model-no-f16-cache' })
})

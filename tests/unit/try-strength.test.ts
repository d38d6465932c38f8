import { expect, it } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { recommendedRun } from '../../src/run-file/run-file'
import { createTryRoom } from '../../src/state/try-room'

const card = (parameters: number) => ({ lora: recommendedRun.lora, parameters, baseModel: null })

/** Tells the strength under which each side was asked. */
function room() {
  const told: string[] = []
  const engine = {
    async generate({ useAdapter, strength }) {
      told.push(`${useAdapter ? 'tuned' : 'base'} ${strength ?? 'as it is'}`)
      return { text: 'Ahoy', finish: 'stop', tokensPerSecond: 1, token_ids: [1] }
    },
  } satisfies Partial<Engine> as Partial<Engine> as Engine
  const tryRoom = createTryRoom(engine)
  tryRoom.adapterIs(card(1), 'one')
  return { tryRoom, told }
}

it('the adapter acts as strongly as asked on its own side, and as trained on everything after', async () => {
  const { tryRoom, told } = room()
  await tryRoom.send('Who?')
  tryRoom.set({ strength: 0.5 })
  await tryRoom.send('Who?')
  expect(told).toEqual(['tuned 1', 'base as it is', 'tuned 0.5', 'base as it is'])
  const [second, first] = tryRoom.store.getState().answers
  expect([first.tuned!.strength, second.tuned!.strength, second.base.strength]).toEqual([undefined, 0.5, undefined])
})

it('another adapter begins as it was trained', () => {
  const { tryRoom } = room()
  tryRoom.set({ strength: 2 })
  const { adapter } = tryRoom.store.getState()
  tryRoom.adapterIs(adapter, 'one')
  expect(tryRoom.store.getState().strength).toBe(2)
  tryRoom.adapterIs(card(2), 'two')
  expect(tryRoom.store.getState().strength).toBe(1)
})

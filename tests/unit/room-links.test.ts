import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { linkRooms } from '../../src/state/room-links'

type Parts = Parameters<typeof linkRooms>[0]

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('memory is planned again once the kernels were timed, but not beside a run', () => {
  const room = <T>(state: T) => ({ store: createStore(() => state) })
  const plan = vi.fn(async () => {})
  const model = room({ card: null, gpu: {}, tuning: false })
  const train = { ...room({ phase: 'idle', run: {} }), plan }
  const others = room({ error: null })
  linkRooms({
    engine: {},
    prefs: createStore(() => ({})),
    model,
    train,
    data: room({}),
    tryRoom: others,
    score: others,
    exporting: others,
    isReady: () => true,
  } as unknown as Parts)
  model.store.setState({ tuning: true })
  vi.runAllTimers()
  expect(plan).not.toHaveBeenCalled()
  model.store.setState({ gpu: {}, tuning: false })
  vi.runAllTimers()
  expect(plan).toHaveBeenCalledExactlyOnceWith(true)
  train.store.setState({ phase: 'training' })
  model.store.setState({ gpu: {} })
  vi.runAllTimers()
  expect(plan).toHaveBeenCalledTimes(1)
})

import { createStore } from 'zustand/vanilla'
import type { RatePoint, RateSearch } from '../contracts/rate'
import type { Engine } from '../engine/api/types'
import type { SerializedError } from '../errors'
import type { RunFile } from '../run-file/run-file'
import { isAbort, serializeError } from './failure'

export interface RateState {
  searching: boolean
  /** What the search has seen by now. */
  points: RatePoint[]
  steps: number
  result: RateSearch | null
  error: SerializedError | null
}

/** A search for a learning rate, beside the settings; it changes none of them. */
export function createRateSearch(engine: Engine) {
  const none = { searching: false, points: [], steps: 0, result: null, error: null }
  const store = createStore<RateState>(() => none)
  let ends = new AbortController()
  return {
    store,
    async search(run: RunFile, continueAdapter: boolean) {
      if (store.getState().searching) return
      ends = new AbortController()
      store.setState({ ...none, searching: true })
      try {
        const result = await engine.findRate(
          run,
          { continueAdapter },
          (point, _step, steps) => store.setState(({ points }) => ({ points: [...points, point], steps })),
          ends.signal,
        )
        store.setState({ result, points: result.points })
      } catch (error) {
        if (!isAbort(error)) store.setState({ error: serializeError(error) })
      } finally {
        store.setState({ searching: false })
      }
    },
    /** It ends with what it has seen. */
    stop: () => ends.abort(),
    forget: () => store.setState(none),
  }
}

import type { FromEngine, Port, ToEngine } from '../protocol/messages'

/** Between two questions whether the worker still hears. */
const BEAT_MS = 3000
/**
 * Questions in a row without any word from it. A minute: longer than any piece of work takes between two messages, and
 * counted in beats, so that a page that slept does not think its worker dead.
 */
const MISSED = 20

/** Calls `blocked` once when the worker has not answered for so long; the returned function ends the watch. */
export function watchBeats(
  port: Port<ToEngine, FromEngine>,
  blocked: (seconds: number) => void,
  { beatMs, missed } = { beatMs: BEAT_MS, missed: MISSED },
): () => void {
  let silent = 0
  port.addEventListener('message', () => (silent = 0))
  const timer = setInterval(() => {
    silent++
    if (silent <= missed) return port.postMessage({ kind: 'ping' })
    clearInterval(timer)
    blocked((missed * beatMs) / 1000)
  }, beatMs)
  return () => clearInterval(timer)
}

import { createHandleBorrower } from '../protocol/handles'
import type { EngineState, FromEngine, Port, ToEngine } from '../protocol/messages'
import { serializeError } from '../../errors/serialize'
import type { Engine } from '../api/types'

/** Worker side of the protocol: calls that come in by message are made on `engine`, and their results sent back. */
export function serveEngine(port: Port<FromEngine, ToEngine>, engine: Engine): void {
  const handles = createHandleBorrower(port)
  const streams = new Map<number, AsyncIterator<unknown>>()
  const state = (): EngineState => ({ model: engine.model(), adapter: engine.adapter() })

  async function call({ call, method, args }: Extract<ToEngine, { kind: 'call' }>): Promise<void> {
    const signals: number[] = []
    try {
      const run = engine[method] as (...a: unknown[]) => unknown
      const value = await run.apply(
        engine,
        args.map((arg) => handles.borrow(arg, signals)),
      )
      port.postMessage({ kind: 'result', call, value, state: state() })
    } catch (error) {
      port.postMessage({ kind: 'error', call, error: serializeError(error), state: state() })
    } finally {
      handles.forget(signals)
    }
  }

  async function stream({ stream, op }: Extract<ToEngine, { kind: 'stream' }>): Promise<void> {
    try {
      if (op === 'open') {
        streams.set(stream, engine.tokenRows()[Symbol.asyncIterator]())
        return
      }
      const rows = streams.get(stream)
      const step = op === 'next' ? await rows?.next() : await rows?.return?.()
      const done = step?.done ?? true
      if (done) streams.delete(stream)
      port.postMessage({ kind: 'item', stream, value: step?.value, done })
    } catch (error) {
      streams.delete(stream)
      port.postMessage({ kind: 'item', stream, done: true, error: serializeError(error) })
    }
  }

  port.addEventListener('message', ({ data }) => {
    if (data.kind === 'call') void call(data)
    else if (data.kind === 'abort') handles.abort(data.handle)
    else if (data.kind === 'reply') handles.settle(data.request, data.value, data.error)
    else if (data.kind === 'ping') port.postMessage({ kind: 'pong' })
    else void stream(data)
  })
}

import type { SerializedError } from '../../errors/index'
import type { Engine, ModelCard } from '../api/types'
import type { AdapterCard } from '../../contracts/lora'

/** Calls that wait for an answer; pause, resume and stop are sent the same way and nobody waits. */
export type EngineMethod = Exclude<keyof Engine, 'model' | 'adapter' | 'tokenRows' | 'onLost'>

/** What `model()` and `adapter()` say, sent along with every answer so that the page can ask without waiting. */
export interface EngineState {
  model: ModelCard | null
  adapter: AdapterCard | null
}

/** Page to worker. */
export type ToEngine =
  | { kind: 'call'; call: number; method: EngineMethod; args: unknown[] }
  /** The AbortSignal that was passed under this number has fired. */
  | { kind: 'abort'; handle: number }
  /** Answer to a `request` of the worker. */
  | { kind: 'reply'; request: number; value?: unknown; error?: SerializedError }
  /** tokenRows: begin; then one `next` for each row wanted, `return` to end early. */
  | { kind: 'stream'; stream: number; op: 'open' | 'next' | 'return' }
  /** Whether the worker still hears; `pong` is the answer. */
  | { kind: 'ping' }

/** Worker to page. */
export type FromEngine =
  | { kind: 'result'; call: number; value: unknown; state: EngineState }
  | { kind: 'error'; call: number; error: SerializedError; state: EngineState }
  /** The function that was passed under this number is called. */
  | { kind: 'callback'; handle: number; args: unknown[] }
  /** A method of an object that stays on the page (a folder, a file, a sink); the worker waits, one chunk at a time. */
  | { kind: 'request'; request: number; handle: number; method: string; args: unknown[] }
  /** The worker needs the object no more. */
  | { kind: 'release'; handle: number }
  | { kind: 'item'; stream: number; value?: unknown; done: boolean; error?: SerializedError }
  | { kind: 'pong' }

/**
 * What stands in a message for an argument that cannot be copied. `handle` is a number that the page gave out;
 * `facts` are the plain properties that readers expect on the object (a source's name and size).
 */
export interface Handle {
  $handle: 'callback' | 'signal' | 'object'
  handle: number
  methods?: string[]
  facts?: Record<string, unknown>
}

export const isHandle = (value: unknown): value is Handle =>
  typeof value === 'object' && value !== null && '$handle' in value

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that both ends use. */
export interface Port<Out, In> {
  postMessage(message: Out, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: { data: In }) => void): void
}

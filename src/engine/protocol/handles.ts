import type { SerializedError } from '../../errors/index'
import type { FromEngine, Handle, Port, ToEngine } from './messages'
import { isHandle } from './messages'
import { reviveError, serializeError } from '../../errors/serialize'

type Methods = Record<string, (...args: unknown[]) => unknown>

/**
 * Page side: what cannot be copied to the worker (functions, signals, folders, files opened by the page) stays here
 * under a number, and the worker calls it by message. Handles live as long as the call they were passed to.
 */
export function createHandleOwner(port: Port<ToEngine, FromEngine>) {
  const objects = new Map<number, unknown>()
  /** What came out of an object (a folder's open files) goes when the object goes. */
  const children = new Map<number, number[]>()
  let nextHandle = 1

  const keep = (object: unknown, owned: number[]) => {
    const handle = nextHandle++
    objects.set(handle, object)
    owned.push(handle)
    return handle
  }

  /** Copyable form of an argument; `owned` collects the handles that were given out. */
  function lend(value: unknown, owned: number[]): unknown {
    if (typeof value === 'function') return { $handle: 'callback', handle: keep(value, owned) } satisfies Handle
    if (value instanceof AbortSignal) {
      const handle = keep(value, owned)
      if (value.aborted) queueMicrotask(() => port.postMessage({ kind: 'abort', handle }))
      else value.addEventListener('abort', () => port.postMessage({ kind: 'abort', handle }), { once: true })
      return { $handle: 'signal', handle } satisfies Handle
    }
    if (Array.isArray(value)) return value.map((item) => lend(item, owned))
    if (typeof value !== 'object' || value === null || isCopied(value)) return value
    const methods = methodsOf(value)
    if (methods.length === 0) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, lend(v, owned)]))
    return { $handle: 'object', handle: keep(value, owned), methods, facts: factsOf(value) } satisfies Handle
  }

  async function answer(message: Extract<FromEngine, { kind: 'request' }>): Promise<void> {
    const { request, handle, method, args } = message
    const owned = children.get(handle) ?? []
    try {
      const object = objects.get(handle) as Methods
      const value = await object[method](...args)
      port.postMessage({ kind: 'reply', request, value: lend(value, owned) })
      if (owned.length > 0) children.set(handle, owned)
    } catch (error) {
      port.postMessage({ kind: 'reply', request, error: serializeError(error) })
    }
  }

  function release(handles: number[]): void {
    for (const handle of handles) {
      objects.delete(handle)
      const owned = children.get(handle)
      children.delete(handle)
      if (owned) release(owned)
    }
  }

  return {
    lend,
    answer,
    release,
    callback: (handle: number, args: unknown[]) =>
      (objects.get(handle) as ((...a: unknown[]) => void) | undefined)?.(...args),
    /** Objects held now; for tests that nothing leaks. */
    held: () => objects.size,
  }
}

/** Worker side: stand-ins whose calls go to the page by message. */
export function createHandleBorrower(port: Port<FromEngine, ToEngine>) {
  const signals = new Map<number, AbortController>()
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let nextRequest = 1

  function request(handle: number, method: string, args: unknown[]): Promise<unknown> {
    const number = nextRequest++
    const promise = new Promise<unknown>((resolve, reject) => waiting.set(number, { resolve, reject }))
    // Copied, not moved: a moved chunk is empty for its sender, who counts its bytes after writing and may use it
    // again.
    port.postMessage({ kind: 'request', request: number, handle, method, args })
    return promise
  }

  /** `borrowed` collects the numbers of signals, to be forgotten when the call is over. */
  function borrow(value: unknown, borrowed: number[] = []): unknown {
    if (Array.isArray(value)) return value.map((item) => borrow(item, borrowed))
    if (typeof value !== 'object' || value === null || isCopied(value)) return value
    if (!isHandle(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, borrow(v, borrowed)]))
    const { $handle, handle } = value
    if ($handle === 'callback') return (...args: unknown[]) => port.postMessage({ kind: 'callback', handle, args })
    if ($handle === 'signal') {
      const controller = new AbortController()
      signals.set(handle, controller)
      borrowed.push(handle)
      return controller.signal
    }
    const stub: Record<string, unknown> = { ...value.facts }
    for (const method of value.methods ?? []) {
      stub[method] = async (...args: unknown[]) => {
        const result = borrow(await request(handle, method, args))
        // A sink is over once it is closed or thrown away.
        if (method === 'close' || method === 'abort') port.postMessage({ kind: 'release', handle })
        return result
      }
    }
    return stub
  }

  return {
    borrow,
    abort: (handle: number) => signals.get(handle)?.abort(),
    settle: (number: number, value: unknown, error?: SerializedError) => {
      const call = waiting.get(number)
      waiting.delete(number)
      if (error) call?.reject(reviveError(error))
      else call?.resolve(value)
    },
    forget: (handles: number[]) => handles.forEach((handle) => signals.delete(handle)),
  }
}

/** What structured clone carries as it is. */
function isCopied(value: object): boolean {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set)
    return true
  return typeof Blob !== 'undefined' && value instanceof Blob
}

/** Names of the functions that an object or its class has. */
function methodsOf(value: object): string[] {
  const names = new Set<string>()
  for (let o: object | null = value; o && o !== Object.prototype; o = Object.getPrototypeOf(o)) {
    for (const name of Object.getOwnPropertyNames(o)) {
      const property = Object.getOwnPropertyDescriptor(o, name)
      if (name !== 'constructor' && typeof property?.value === 'function') names.add(name)
    }
  }
  return [...names]
}

/** Properties that copy plainly, getters of the class included (a source's name and size). */
function factsOf(value: object): Record<string, unknown> {
  const facts: Record<string, unknown> = {}
  for (const name of ['name', 'size'] as const) {
    const fact = (value as Record<string, unknown>)[name]
    if (typeof fact === 'string' || typeof fact === 'number') facts[name] = fact
  }
  return facts
}

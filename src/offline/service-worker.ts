// Keeps the page and the built-in model for visits without a network, and is the page's gate to other addresses: what
// is not the page's own goes only where the person chose (a hub), and is counted.
import { foreignRequests, type Ledger } from '../contracts/ledger'

/** Put in by the build: the page's files, and a hash of all of them. */
declare const FILES: readonly string[]
declare const VERSION: string

const scope = globalThis as unknown as ServiceWorkerScope
/** What TypeScript's page library does not know of a service worker. */
interface ServiceWorkerScope {
  registration: { scope: string }
  clients: { claim(): Promise<void> }
  addEventListener(
    kind: 'install' | 'activate',
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void
  addEventListener(kind: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(kind: 'message', listener: (event: MessageEvent<Wish>) => void): void
}
interface FetchEvent {
  request: Request
  respondWith(answer: Promise<Response>): void
  /** Keeps the worker alive for work that no answer waits for. */
  waitUntil(work: Promise<unknown>): void
}
type Wish = { kind: 'allow'; origins: string[] } | { kind: 'ledger' }

const CACHE = `tunetab-page-${VERSION}`
const KEPT = 'tunetab-gate'
const at = (path: string) => new URL(path, scope.registration.scope).href

scope.addEventListener('install', (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE)
    await cache.addAll(FILES.map(at))
  }
  event.waitUntil(fill())
})

// A new version takes over when no tab of the old one is open, so that no run loses the files of its page.
scope.addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys())
      if (name.startsWith('tunetab-page-') && name !== CACHE) await caches.delete(name)
    await scope.clients.claim()
  }
  event.waitUntil(tidy())
})

/** What must outlive this worker, which the browser ends when it is idle. */
async function kept<T>(name: string, otherwise: T): Promise<T> {
  const answer = await (await caches.open(KEPT)).match(at(name))
  return answer ? ((await answer.json()) as T) : otherwise
}
async function keep(name: string, value: unknown): Promise<void> {
  await (await caches.open(KEPT)).put(at(name), new Response(JSON.stringify(value)))
}

/** Addresses that the person chose; null until the page has said so for the first time, in the moment it is claimed. */
const allowed = () => kept<string[] | null>('allowed', null)

scope.addEventListener('message', ({ data, ports }) => {
  const answer = async () => {
    // Of all tabs and visits: one that opens takes nothing away from another that downloads.
    if (data.kind === 'allow') await keep('allowed', [...new Set([...((await allowed()) ?? []), ...data.origins])])
    ports[0]?.postMessage(await kept<Ledger>('ledger', {}))
  }
  void answer()
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const own = request.url.startsWith(scope.registration.scope)
  if (own && request.method === 'GET') event.respondWith(ownFile(event))
  else if (!own && /^https?:/.test(request.url)) event.respondWith(foreign(request))
})

async function ownFile(event: FetchEvent): Promise<Response> {
  const { request } = event
  const cached = async () => (await caches.open(CACHE)).match(request.url.replace(/[?#].*$/, ''), { ignoreVary: true })
  // The page itself comes from the network where there is one: a newer build shows at once, its files with it.
  if (request.mode === 'navigate') {
    return fetch(request).catch(async (error: unknown) => {
      const page = await (await caches.open(CACHE)).match(at('index.html'))
      if (page) return page
      throw error
    })
  }
  const answer = await cached()
  if (!answer) return later(event)
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '')
  return range ? partOf(answer, Number(range[1]), range[2]) : answer
}

/** What was not kept at the beginning; a program that was fetched once is there without a network, too. */
async function later(event: FetchEvent): Promise<Response> {
  const { request } = event
  const answer = await fetch(request)
  if (answer.ok && request.url.endsWith('.wasm')) {
    const copy = answer.clone()
    const put = async () => (await caches.open(CACHE)).put(request, copy)
    // Beside the page, which waits for none of it: a full store must not take the program from who has a network.
    event.waitUntil(put().catch(() => {}))
  }
  return answer
}

async function partOf(answer: Response, from: number, last: string): Promise<Response> {
  const whole = await answer.blob()
  const to = last ? Math.min(Number(last), whole.size - 1) : whole.size - 1
  const headers = { 'content-range': `bytes ${from}-${to}/${whole.size}`, 'content-length': String(to - from + 1) }
  return new Response(whole.slice(from, to + 1), { status: 206, headers })
}

async function foreign(request: Request): Promise<Response> {
  const { origin } = new URL(request.url)
  if ((await allowed())?.includes(origin) === false) return Response.error()
  // As a blob: parts of a model on their way to a hub are large, and blobs stay out of the heap.
  const sent = request.method === 'GET' ? 0 : (await request.clone().blob()).size
  await keep('ledger', foreignRequests(await kept<Ledger>('ledger', {}), origin, sent))
  return fetch(request)
}

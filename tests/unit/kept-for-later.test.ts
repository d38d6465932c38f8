import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const SITE = 'https://page.test/'

/** A browser's store of answers, whose writes may fail or never end. */
function store() {
  const kept = new Map<string, string>()
  const cache = {
    put: async (request: Request, answer: Response) => void kept.set(request.url, await answer.text()),
    match: async (request: Request | string) => {
      const text = kept.get(typeof request === 'string' ? new URL(request, SITE).href : request.url)
      return text === undefined ? undefined : new Response(text)
    },
    keys: async () => [...kept.keys()].map((url) => ({ url })),
    delete: async ({ url }: { url: string }) => kept.delete(url),
    addAll: async (paths: string[]) => paths.forEach((path) => kept.set(new URL(path, SITE).href, path)),
  }
  return { kept, cache, caches: { open: async () => cache, keys: async () => [] } }
}

type Listener = (event: Record<string, unknown>) => void
const listeners = new Map<string, Listener>()
const addEventListener = (kind: string, listener: Listener) => void listeners.set(kind, listener)
let network: Record<string, string>
const fetched = async ({ url }: Request) => {
  if (network[url] === undefined) throw new TypeError('Failed to fetch')
  return new Response(network[url])
}

/** What a worker answers, and the work that it goes on with behind its answer. */
async function ask(path: string, mode = 'cors') {
  const request = Object.defineProperty(new Request(SITE + path), 'mode', { value: mode })
  let answer!: Promise<Response>
  const behind: Promise<unknown>[] = []
  listeners.get('fetch')!({
    request,
    respondWith: (given: Promise<Response>) => (answer = given),
    waitUntil: (work: Promise<unknown>) => behind.push(work),
  })
  return { text: await (await answer).text(), behind }
}
async function install() {
  const behind: Promise<unknown>[] = []
  listeners.get('install')!({ waitUntil: (work: Promise<unknown>) => behind.push(work) })
  await Promise.all(behind)
}

beforeEach(() => {
  listeners.clear()
  network = {}
})
afterEach(() => vi.unstubAllGlobals())

const workers: Record<string, (caches: unknown) => Promise<void>> = {
  async 'the chat page’s'(caches) {
    const self = { addEventListener, skipWaiting() {}, clients: { claim: async () => {} } }
    runInNewContext(readFileSync('src/exporters/chat-page/page/sw.js', 'utf8'), { self, caches, fetch: fetched })
  },
  async 'the page’s own'(caches) {
    const given = { FILES: [], VERSION: '1', registration: { scope: SITE }, clients: {}, addEventListener }
    for (const [name, value] of Object.entries({ ...given, caches, fetch: fetched })) vi.stubGlobal(name, value)
    vi.resetModules()
    await import('../../src/offline/service-worker')
  },
}

it.each(Object.keys(workers))('%s worker gives a program at once, whatever comes of keeping it', async (name) => {
  const { kept, cache, caches } = store()
  await workers[name](caches)
  network[`${SITE}wllama.wasm`] = 'program'
  const full = async () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
  for (const put of [full, () => new Promise<void>(() => {})]) {
    Object.assign(cache, { put })
    const { text, behind } = await ask('wllama.wasm')
    expect(text).toBe('program')
    expect(behind).toHaveLength(1)
    if (put === full) await behind[0]
  }
  expect([...kept]).toEqual([])
})

it.each(Object.keys(workers))('%s worker has a program that it gave once when there is no network', async (name) => {
  await workers[name](store().caches)
  network[`${SITE}wllama.wasm`] = 'program'
  await Promise.all((await ask('wllama.wasm')).behind)
  network = {}
  expect((await ask('wllama.wasm')).text).toBe('program')
})

it('the chat page’s keeps its page from the start, and one version of model and program', async () => {
  const { kept, caches } = store()
  await workers['the chat page’s'](caches)
  await install()
  expect([...kept.keys()]).toContain(SITE)
  for (const path of ['model.gguf?a', 'wllama.wasm?a', 'model.gguf?b']) {
    network[SITE + path] = path
    await Promise.all((await ask(path)).behind)
  }
  network = {}
  expect((await ask('index.html', 'navigate')).text).toBe('./')
  await expect(ask('other.js')).rejects.toThrow('Failed to fetch')
  const large = [...kept.keys()].filter((url) => /gguf|wasm/.test(url))
  expect(large).toEqual([`${SITE}wllama.wasm?a`, `${SITE}model.gguf?b`])
})

it('the chat page’s gives what the network has where the browser refuses every store', async () => {
  await workers['the chat page’s']({ open: async () => Promise.reject(new DOMException('no', 'SecurityError')) })
  await install()
  network[`${SITE}chat.json`] = '{}'
  expect((await ask('chat.json')).text).toBe('{}')
})

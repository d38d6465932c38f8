import { afterEach, expect, test, vi } from 'vitest'
import { openHubLibrary } from '../../src/storage/hub-library'
import { listOnnx, MODEL_CACHE } from '../../src/storage/onnx-cache'

afterEach(() => void vi.unstubAllGlobals())

/** A browser's caches, with one of that name. */
function stubCaches(files: Record<string, [bytes: number, date?: string]>) {
  const held = new Map(
    Object.entries(files).map(([url, [bytes, date]]) => [
      url,
      new Response(null, { headers: { 'content-length': String(bytes), ...(date && { date }) } }),
    ]),
  )
  const cache = {
    keys: async () => [...held.keys()].map((url) => ({ url })),
    match: async (url: string) => held.get(url),
    delete: async (url: string) => held.delete(url),
  }
  const names = [MODEL_CACHE]
  vi.stubGlobal('caches', {
    has: async (name: string) => names.includes(name),
    open: async (name: string) => (names.includes(name) ? cache : expect.unreachable(`${name} was made`)),
  })
  return { held, names }
}

const A = 'https://hub.example/mirror/onnx-community/tiny/resolve'
const DATE = 'Sat, 28 Nov 2026 09:00:00 GMT'

test('ONNX models in the cache are listed by hub, id and revision, and go with every file', async () => {
  const { held } = stubCaches({
    [`${A}/main/config.json`]: [10, DATE],
    [`${A}/main/onnx/model.onnx`]: [990, 'Sat, 28 Nov 2026 08:00:00 GMT'],
    [`${A}/refs%2Fpr%2F1/config.json`]: [5],
    'https://hub.example/gpt2/resolve/main/config.json': [7],
    'https://hub.example/other.txt': [3],
  })
  const tiny = { endpoint: 'https://hub.example/mirror', id: 'onnx-community/tiny' }
  expect(await listOnnx()).toEqual([
    { ...tiny, revision: 'main', bytes: 1000, when: Date.parse(DATE) },
    { ...tiny, revision: 'refs/pr/1', bytes: 5, when: 0 },
    { endpoint: 'https://hub.example', id: 'gpt2', revision: 'main', bytes: 7, when: 0 },
  ])
  const library = openHubLibrary()
  expect((await library.list()).map(({ runs, id, totalBytes }) => [runs, id, totalBytes])).toEqual([
    ['onnx', 'onnx-community/tiny', 1000],
    ['onnx', 'onnx-community/tiny', 5],
    ['onnx', 'gpt2', 7],
  ])
  await library.remove({ ...tiny, runs: 'onnx' })
  expect([...held.keys()]).toEqual([
    'https://hub.example/gpt2/resolve/main/config.json',
    'https://hub.example/other.txt',
  ])
})

test('where nothing was kept, nothing is made by asking', async () => {
  const { names } = stubCaches({})
  names.pop()
  expect(await listOnnx()).toEqual([])
  vi.stubGlobal('caches', undefined)
  expect(await listOnnx()).toEqual([])
})

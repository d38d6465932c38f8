// Keeps this folder for visits without a network, where the browser lets a page do so (https or localhost).
const CACHE = 'chat-page'
/** What the page is made of before this worker watches it, so that the very first visit keeps all of it. */
const PAGE = ['./', './chat.css', './chat.js', './wllama.js', './chat.json']
/** Large, and with their version in the address. */
const LARGE = /\.(gguf|wasm)(\?|$)/

self.addEventListener('install', (event) => {
  self.skipWaiting()
  const fill = async () => (await caches.open(CACHE)).addAll(PAGE)
  // A store that is full or refused costs the visit without a network, and nothing else.
  event.waitUntil(fill().catch(() => {}))
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(fromHere(event))
})

/** From the network first, so that a folder that was replaced shows at once; the model, which is large, only once. */
async function fromHere(event) {
  const { request } = event
  const cache = await caches.open(CACHE).catch(() => null)
  const kept = await cache?.match(request).catch(() => undefined)
  if (kept && LARGE.test(request.url)) return kept
  try {
    const answer = await fetch(request)
    // Beside the page, which waits for none of it.
    if (cache && answer.ok) event.waitUntil(keep(cache, request, answer.clone()).catch(() => {}))
    return answer
  } catch (error) {
    // The page has two addresses, its folder's and index.html.
    const last = kept ?? (request.mode === 'navigate' ? await cache?.match('./') : null)
    if (last) return last
    throw error
  }
}

async function keep(cache, request, answer) {
  const path = (address) => address.replace(/[?#].*$/, '')
  if (LARGE.test(request.url)) {
    // First, so that there is room: nobody asks for an earlier version again.
    for (const one of await cache.keys()) if (path(one.url) === path(request.url)) await cache.delete(one)
  }
  await cache.put(request, answer)
}

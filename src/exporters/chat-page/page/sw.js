// Keeps this folder for visits without a network, where the browser lets a page do so (https or localhost).
const CACHE = 'chat-page'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(fromHere(event.request))
})

/** From the network first, so that a folder that was replaced shows at once; the model, which is large, only once. */
async function fromHere(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept && /\.(gguf|wasm)(\?|$)/.test(request.url)) return kept
  try {
    const answer = await fetch(request)
    if (answer.ok) await cache.put(request, answer.clone())
    return answer
  } catch (error) {
    if (kept) return kept
    throw error
  }
}

/** The browser's cache in which transformers.js keeps the files of ONNX models, by their addresses. */
export const MODEL_CACHE = 'transformers-cache'

/** An ONNX model of a hub that lies in the browser's cache. */
export interface OnnxCached {
  endpoint: string
  id: string
  revision: string
  bytes: number
  /** Milliseconds since 1970 at which its newest file was sent; 0 where the hub does not say. */
  when: number
}

/** ONNX models in the cache; none where there is no cache (a page without https). */
export async function listOnnx(): Promise<OnnxCached[]> {
  const cache = await opened()
  const found = new Map<string, OnnxCached>()
  for (const { url } of (await cache?.keys()) ?? []) {
    const place = placeOf(url)
    if (!place) continue
    const key = `${place.endpoint}/${place.id}/${place.revision}`
    const model = found.get(key) ?? { ...place, bytes: 0, when: 0 }
    const { headers } = (await cache!.match(url))!
    model.bytes += Number(headers.get('content-length') ?? 0)
    model.when = Math.max(model.when, Date.parse(headers.get('date') ?? '') || 0)
    found.set(key, model)
  }
  return [...found.values()]
}

/** Every revision's files of one model. */
export async function removeOnnx({ endpoint, id }: Pick<OnnxCached, 'endpoint' | 'id'>): Promise<void> {
  const cache = await opened()
  for (const { url } of (await cache?.keys()) ?? []) {
    const place = placeOf(url)
    if (place?.endpoint === endpoint && place.id === id) await cache!.delete(url)
  }
}

/** Opening would make it, so that it is asked for first. */
async function opened(): Promise<Cache | null> {
  const here = await globalThis.caches?.has(MODEL_CACHE).catch(() => false)
  return here ? caches.open(MODEL_CACHE) : null
}

/** HOST/OWNER/NAME/resolve/REVISION/PATH; a hub may lie below a path, and a name may stand alone. */
function placeOf(url: string): Pick<OnnxCached, 'endpoint' | 'id' | 'revision'> | null {
  const { origin, pathname } = new URL(url)
  const found = /^(.*?)\/((?:[^/]+\/)?[^/]+)\/resolve\/([^/]+)\//.exec(pathname)
  if (!found) return null
  const [, below, id, revision] = found.map(decodeURIComponent)
  return { endpoint: origin + below, id, revision }
}

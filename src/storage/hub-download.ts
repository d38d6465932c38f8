import { fail } from '../errors'
import type { HubCache, HubCacheWriter } from './hub-cache'
import type { HubClient, HubFile } from './hub-client'

/**
 * Bytes [offset, offset + length) of a remote file by a range request; also from a server that sends the whole file.
 */
export async function readRange(client: HubClient, url: string, offset: number, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0)
  for (let failures = 0; ; failures++) {
    const response = await client.get(url, { Range: `bytes=${offset}-${offset + length - 1}` })
    client.check(response)
    const bytes = await takeFromBody(response, response.status === 206 ? 0 : offset, length)
    if (bytes) return bytes
    client.throwIfAborted()
    if (failures >= client.attempts)
      throw fail('hub-unreachable', { endpoint: client.location.endpoint, offline: false })
    await client.wait(failures)
  }
}

/** `length` bytes of a body after the first `skip`; null when it broke or ended before. The rest is not received. */
async function takeFromBody(response: Response, skip: number, length: number): Promise<Uint8Array | null> {
  const out = new Uint8Array(length)
  const end = skip + length
  const reader = response.body!.getReader()
  let seen = 0
  while (seen < end) {
    const chunk = await nextChunk(reader)
    if (!(chunk instanceof Uint8Array)) break
    const from = Math.max(0, skip - seen)
    // A chunk that ends before `skip` leaves nothing to copy.
    if (from < chunk.length) out.set(chunk.subarray(from, end - seen), seen + from - skip)
    seen += chunk.length
  }
  await reader.cancel().catch(() => {})
  return seen >= end ? out : null
}

/**
 * Download a file into the cache, going on where an earlier attempt broke off. A part is used only when the server's
 * ETag is still the one that was noted with it; connections that break are taken up again while bytes keep coming.
 */
export async function download(
  client: HubClient,
  cache: HubCache,
  file: HubFile,
  url: string,
  key: string,
  onBytes: (done: number, total: number | null) => void,
): Promise<void> {
  let failures = 0
  let changes = 0
  for (;;) {
    client.throwIfAborted()
    const part = await cache.partial(key)
    // A part that is as long as the file, or longer, was cut off between its last byte and its renaming: begin anew.
    const usable = part !== null && part.size > 0 && (file.size === null || part.size < file.size) ? part : null
    const before = usable?.size ?? 0
    const { offset, received } = await attempt(client, cache, file, url, key, usable, onBytes)
    if (received === 'whole') return
    if (received === 'changed') {
      await cache.remove(key)
      // Once is a new version of the file; again and again is a server that never sends the same one.
      if (++changes > 2) throw fail('hub-file-changed', { path: file.path, id: client.location.id })
      continue
    }
    failures = offset > before ? 0 : failures + 1
    if (failures >= client.attempts) {
      throw fail('hub-unreachable', { endpoint: client.location.endpoint, offline: false })
    }
    await client.wait(failures)
  }
}

type Attempt = { offset: number; received: 'whole' | 'changed' | 'broken' }

async function attempt(
  client: HubClient,
  cache: HubCache,
  file: HubFile,
  url: string,
  key: string,
  part: { size: number; etag: string | null } | null,
  onBytes: (done: number, total: number | null) => void,
): Promise<Attempt> {
  const response = await client.get(url, part ? { Range: `bytes=${part.size}-` } : {})
  if (response.status === 416) return { offset: 0, received: 'changed' }
  client.check(response)
  const etag = etagOf(response)
  const resumed = part !== null && response.status === 206
  const start = resumed ? part.size : 0
  if ((resumed && part.etag !== etag) || !startsAt(response, start)) {
    await response.body?.cancel()
    return { offset: 0, received: 'changed' }
  }
  const total = file.size ?? totalOf(response, start)
  onBytes(start, total)
  const writer = await cache.append(key, start, etag)
  const { offset, ended } = await receive(response, writer, start, (done) => onBytes(done, total)).catch(
    async (error: unknown) => {
      await writer.keep()
      throw error
    },
  )
  const whole = total === null ? ended : offset === total
  await (whole ? writer.finish() : writer.keep())
  client.throwIfAborted()
  if (total !== null && offset > total) return { offset, received: 'changed' }
  return { offset, received: whole ? 'whole' : 'broken' }
}

/** Longest silence before a connection counts as broken. */
const STALL_MS = 45_000

/**
 * Write the body until it ends, breaks or falls silent. Returns where the file then ends and whether the body ended
 * properly; throws errors of the disk alone.
 */
async function receive(
  response: Response,
  writer: HubCacheWriter,
  start: number,
  onBytes: (done: number) => void,
): Promise<{ offset: number; ended: boolean }> {
  let offset = start
  const reader = response.body!.getReader()
  try {
    for (;;) {
      const next = await nextChunk(reader)
      if (!(next instanceof Uint8Array)) return { offset, ended: next === 'end' }
      await writer.write(next)
      offset += next.length
      onBytes(offset)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

async function nextChunk(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | 'end' | 'broken'> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<'broken'>((resolve) => (timer = setTimeout(resolve, STALL_MS, 'broken')))
  const read = reader.read().then(
    ({ value }) => value ?? ('end' as const),
    () => 'broken' as const,
  )
  const chunk = await Promise.race([read, silence])
  clearTimeout(timer)
  return chunk
}

/** Without the mark of weak tags, which proxies add when they compress. */
function etagOf(response: Response): string | null {
  const etag = response.headers.get('x-linked-etag') ?? response.headers.get('etag')
  return etag && etag.replace(/^W\//, '').replaceAll('"', '')
}

/** False only when the server says that it sends another part than was asked for; CORS may hide the header. */
function startsAt(response: Response, start: number): boolean {
  const range = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')
  return range === null || Number(range[1]) === start
}

/** Length of the whole file from the headers; null where compression or CORS hides it. */
function totalOf(response: Response, start: number): number | null {
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  if (range) return Number(range[1])
  const length = response.headers.get('content-length')
  return length && !response.headers.get('content-encoding') ? start + Number(length) : null
}

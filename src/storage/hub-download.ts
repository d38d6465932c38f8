import { fail } from '../errors'
import type { ContentHash } from './content-hash'
import { contentHash, feed } from './content-hash'
import { nextChunk } from './fetch-within'
import type { HubCache, HubCacheWriter, PartialFile } from './hub-cache'
import type { HubClient } from './hub-client'
import type { HubFile } from './hub-listing'

/**
 * Bytes [offset, offset + length) of a remote file by a range request; also from a server that sends the whole file.
 */
export async function readRange(client: HubClient, url: string, offset: number, length: number): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0)
  for (let failures = 0; ; failures++) {
    const response = await client.get(url, { Range: `bytes=${offset}-${offset + length - 1}` })
    client.check(response)
    if (response.status === 206 && !startsAt(response, offset)) {
      await response.body?.cancel()
      throw fail('hub-file-damaged', { path: url, id: client.location.id })
    }
    const bytes = await takeFromBody(client, response, response.status === 206 ? 0 : offset, length)
    if (bytes) return bytes
    client.throwIfAborted()
    if (failures >= client.attempts)
      throw fail('hub-unreachable', { endpoint: client.location.endpoint, offline: false })
    await client.wait(failures)
  }
}

/** `length` bytes of a body after the first `skip`; null when it broke or ended before. The rest is not received. */
async function takeFromBody(
  client: HubClient,
  response: Response,
  skip: number,
  length: number,
): Promise<Uint8Array | null> {
  const out = new Uint8Array(length)
  const end = skip + length
  const reader = response.body!.getReader()
  let seen = 0
  while (seen < end) {
    const chunk = await nextChunk(reader, client.silenceMs)
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
 * The file is the cache's only when its length and hash are those of the listing: 'hub-file-damaged' where they never
 * are.
 */
export async function download(
  client: HubClient,
  cache: HubCache,
  wanted: Wanted,
  onBytes: (done: number, total: number | null) => void,
): Promise<void> {
  const { file, key } = wanted
  let failures = 0
  let changes = 0
  for (;;) {
    client.throwIfAborted()
    const part = await cache.partial(key)
    // A part that is as long as the file, or longer, was cut off between its last byte and its renaming: begin anew.
    const usable = part !== null && part.size > 0 && (file.size === null || part.size < file.size) ? part : null
    const before = usable?.size ?? 0
    const { offset, received } = await attempt(client, cache, wanted, usable, onBytes)
    if (received === 'whole') return
    if (received === 'changed' || received === 'damaged') {
      await cache.remove(key)
      // Once is a new version of the file, or a part that went bad; again and again is a server that never sends what
      // it lists.
      const code = received === 'changed' ? 'hub-file-changed' : 'hub-file-damaged'
      if (++changes > (received === 'changed' ? 2 : 1)) throw fail(code, { path: file.path, id: client.location.id })
      continue
    }
    failures = offset > before ? 0 : failures + 1
    if (failures >= client.attempts) {
      throw fail('hub-unreachable', { endpoint: client.location.endpoint, offline: false })
    }
    await client.wait(failures)
  }
}

/** A file of the listing, where it lies on the hub, and what the cache calls it. */
interface Wanted {
  file: HubFile
  url: string
  key: string
}

type Attempt = { offset: number; received: 'whole' | 'changed' | 'damaged' | 'broken' }

/** Of a file whose length neither listing nor answer says: more than any model's single file. */
const UNANNOUNCED_BYTES = 64 * 2 ** 30

async function attempt(
  client: HubClient,
  cache: HubCache,
  { file, url, key }: Wanted,
  part: PartialFile | null,
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
  const total = file.size ?? wholeLength(response)
  const shown = total ?? lengthHint(response, start)
  onBytes(start, shown)
  const hash = contentHash(file)
  if (hash && resumed) await feed(hash, part, start)
  const writer = await cache.append(key, start, etag)
  const bounds = { start, most: total ?? UNANNOUNCED_BYTES, hash }
  const { offset, ended } = await receive(client, response, writer, bounds, (done) => onBytes(done, shown)).catch(
    async (error: unknown) => {
      await writer.keep()
      throw error
    },
  )
  const whole = total === null ? ended === 'end' : offset === total && ended !== 'long'
  const isDamaged = whole ? hash?.agrees() === false : ended === 'long'
  const received = isDamaged ? 'damaged' : whole ? 'whole' : 'broken'
  await (received === 'whole' ? writer.finish() : writer.keep())
  client.throwIfAborted()
  return { offset, received }
}

/**
 * Write the body until it ends, breaks, falls silent or is longer than announced, of which nothing is written. Returns
 * where the file then ends, and how; throws errors of the disk alone.
 */
async function receive(
  client: HubClient,
  response: Response,
  writer: HubCacheWriter,
  { start, most, hash }: { start: number; most: number; hash: ContentHash | null },
  onBytes: (done: number) => void,
): Promise<{ offset: number; ended: 'end' | 'broken' | 'long' }> {
  let offset = start
  if (!response.body) return { offset, ended: 'end' }
  const reader = response.body.getReader()
  try {
    for (;;) {
      const next = await nextChunk(reader, client.silenceMs)
      if (!(next instanceof Uint8Array)) return { offset, ended: next }
      if (offset + next.length > most) return { offset, ended: 'long' }
      hash?.update(next)
      await writer.write(next)
      offset += next.length
      onBytes(offset)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
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

/** Length of the whole file as a range's answer tells it; null where CORS hides it, or for a whole answer. */
function wholeLength(response: Response): number | null {
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')
  return range && Number(range[1])
}

/** For a bar alone: of a compressed answer it is the compressed length, and CORS hides that it is compressed. */
function lengthHint(response: Response, start: number): number | null {
  const length = response.headers.get('content-length')
  return length && !response.headers.get('content-encoding') ? start + Number(length) : null
}

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HubServer {
  endpoint: string
  files: Map<string, Uint8Array>
  /** "GET /path bytes=0-9" of every request, in order. */
  requests: string[]
  /** Break each of the next so many downloads after this many bytes; reads of a closed range stay whole. */
  breakNext: { times: number; afterBytes: number }
  /** Fall silent instead of breaking. */
  stall: boolean
  /** How many answers were broken or fell silent. */
  broken: number
  /** Answer the next so many requests with a status, and what they say of when to come again. */
  failNext: { times: number; status: number; retryAfter?: string }
  /** Take the next so many requests and never answer. */
  hangNext: number
  /** What storage sends in place of a file, the next so many times. */
  insteadNext: { times: number; bytes: Uint8Array }
  /** What is sent in place of both listings. */
  listing: string | null
  /** Leave hashes and sizes out of the listing, as thin mirrors do. */
  bareListing: boolean
  /** A token that every request must bring. */
  token: string | null
  close(): Promise<void>
}

/** What a hub allows pages of other origins. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers': 'ETag, Content-Range, X-Linked-ETag, X-Linked-Size, X-Repo-Commit',
}
const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/**
 * A server on this machine that speaks a hub's paths: listing, resolve with redirects, ETags, ranges; and that
 * misbehaves on demand.
 */
export async function startHub(id: string, files: Map<string, Uint8Array>): Promise<HubServer> {
  const hub: HubServer = {
    endpoint: '',
    files,
    requests: [],
    breakNext: { times: 0, afterBytes: 0 },
    stall: false,
    broken: 0,
    failNext: { times: 0, status: 503 },
    hangNext: 0,
    insteadNext: { times: 0, bytes: new Uint8Array() },
    listing: null,
    bareListing: false,
    token: null,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
  const server = createServer((request, response) => answer(hub, id, request, response))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  hub.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return hub
}

function answer(hub: HubServer, id: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, hub.endpoint)
  hub.requests.push(`${request.method} ${url.pathname}${request.headers.range ? ` ${request.headers.range}` : ''}`)
  const end = (status: number, headers: Record<string, string> = {}, body?: unknown) => {
    response.writeHead(status, { connection: 'close', ...CORS, ...headers })
    response.end(body === undefined ? undefined : JSON.stringify(body))
  }
  if (request.method === 'OPTIONS') return end(204)
  if (hub.failNext.times > 0) {
    hub.failNext.times--
    return end(hub.failNext.status, hub.failNext.retryAfter ? { 'retry-after': hub.failNext.retryAfter } : {})
  }
  if (hub.hangNext > 0) return void hub.hangNext--
  const atStorage = url.pathname.startsWith('/storage/')
  if (hub.token && !atStorage && request.headers.authorization !== `Bearer ${hub.token}`) return end(401)

  if (hub.listing !== null && url.pathname.startsWith('/api/')) {
    response.writeHead(200, { connection: 'close', ...CORS })
    return void response.end(hub.listing)
  }
  if (url.pathname === `/api/models/${id}/revision/main`) {
    const siblings = [...hub.files].map(([rfilename, bytes]) => {
      if (hub.bareListing) return { rfilename }
      const size = bytes.length
      if (!rfilename.endsWith('.safetensors')) return { rfilename, size, blobId: gitId(bytes) }
      // Git LFS: the plain id is that of a pointer.
      return { rfilename, size, blobId: gitId(new Uint8Array(134)), lfs: { sha256: hash(bytes), size } }
    })
    return end(200, { 'content-type': 'application/json' }, { sha: COMMIT, siblings })
  }
  if (url.pathname === `/api/models/${id}/tree/${COMMIT}` && !hub.bareListing) {
    return end(
      200,
      {},
      [...hub.files].map(([path, bytes]) => ({ type: 'file', path, size: bytes.length })),
    )
  }
  const resolve = [COMMIT, 'main'].map((at) => `/${id}/resolve/${at}/`).find((one) => url.pathname.startsWith(one))
  if (resolve) {
    const path = decodeURIComponent(url.pathname.slice(resolve.length))
    const bytes = hub.files.get(path)
    if (!bytes) return end(404)
    const linked = {
      'x-repo-commit': COMMIT,
      'x-linked-etag': `"${hash(bytes)}"`,
      'x-linked-size': String(bytes.length),
    }
    return end(302, { ...linked, location: `/storage/${encodeURIComponent(path)}` })
  }
  const bytes = atStorage ? hub.files.get(decodeURIComponent(url.pathname.slice('/storage/'.length))) : undefined
  if (!bytes) return end(404)
  const isInstead = hub.insteadNext.times > 0 && hub.insteadNext.times-- > 0
  send(hub, request, response, isInstead ? hub.insteadNext.bytes : bytes)
}

function send(hub: HubServer, request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const from = range ? Number(range[1]) : 0
  const to = range?.[2] ? Math.min(Number(range[2]) + 1, bytes.length) : bytes.length
  const headers: Record<string, string> = {
    ...CORS,
    etag: `"${hash(bytes)}"`,
    'accept-ranges': 'bytes',
    connection: 'close',
  }
  if (range && from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}`, connection: 'close' })
    response.end()
    return
  }
  if (range) headers['content-range'] = `bytes ${from}-${to - 1}/${bytes.length}`
  headers['content-length'] = String(to - from)
  response.writeHead(range ? 206 : 200, headers)
  const body = bytes.subarray(from, to)
  if (hub.breakNext.times > 0 && !range?.[2] && body.length > hub.breakNext.afterBytes) {
    hub.breakNext.times--
    response.write(body.subarray(0, hub.breakNext.afterBytes), () => {
      hub.broken++
      // Let the bytes arrive before the line is cut.
      if (!hub.stall) setTimeout(() => response.destroy(), 50)
    })
    return
  }
  response.end(body)
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function gitId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PushServer {
  url: string
  /** Files of the repository, as its last commit has them. */
  files: Map<string, Buffer>
  /** Large objects that have arrived, by SHA-256. */
  objects: Map<string, Buffer>
  repositories: Map<string, 'public' | 'private'>
  /** `METHOD path` of every request. */
  requests: string[]
  /** Answer this instead, once for each entry whose pattern fits: a status, or a cut connection after some bytes. */
  faults: { on: RegExp; status?: number; cut?: boolean; error?: string }[]
  close(): Promise<void>
}

/** Larger files go by LFS, in parts of this size. */
const SMALL_PART = 64 * 1024
const LARGE = 50 * 1024
const TOKEN = 'Bearer hf_right'

/** The hub's protocol for pushing, as @huggingface/hub speaks it: repository, pre-upload, LFS batch, parts, commit. */
export async function startPushServer(partBytes = SMALL_PART): Promise<PushServer> {
  const state: Omit<PushServer, 'url' | 'close'> = {
    files: new Map(),
    objects: new Map(),
    repositories: new Map(),
    requests: [],
    faults: [],
  }
  const parts = new Map<string, Map<number, Buffer>>()
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const path = request.url!
    // As hubs let pages of other origins push, and read the tags of the parts.
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', 'etag')
    if (request.method === 'OPTIONS') {
      const allowed = { 'access-control-allow-headers': '*, authorization', 'access-control-allow-methods': '*' }
      return response.writeHead(204, allowed).end()
    }
    state.requests.push(`${request.method} ${path}`)
    const json = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    const fault = state.faults.findIndex(({ on }) => on.test(`${request.method} ${path}`))
    if (fault >= 0) {
      const [{ status, cut, error }] = state.faults.splice(fault, 1)
      if (cut) return request.once('data', () => request.destroy())
      return json(status!, { error: error ?? 'no' })
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const part = /^\/part\/(\w+)\/(\d+)$/.exec(path)
    if (part) {
      const kept = parts.get(part[1]) ?? new Map<number, Buffer>()
      parts.set(part[1], kept.set(Number(part[2]), body))
      return response.writeHead(200, { etag: `"${part[2]}"` }).end()
    }
    const whole = /^\/(complete|whole)\/(\w+)$/.exec(path)
    if (whole) {
      const pieces = [...(parts.get(whole[2]) ?? [])].sort(([a], [b]) => a - b).map(([, piece]) => piece)
      const object = whole[1] === 'whole' ? body : Buffer.concat(pieces)
      if (createHash('sha256').update(object).digest('hex') !== whole[2]) return json(400, { error: 'other bytes' })
      state.objects.set(whole[2], object)
      return json(200, {})
    }
    if (request.headers.authorization !== TOKEN) return json(401, { error: 'who are you' })
    if (path === '/api/repos/create') {
      const { name, organization, visibility } = JSON.parse(body.toString())
      const id = `${organization}/${name}`
      if (organization !== 'me') return json(403, { error: 'not yours' })
      if (state.repositories.has(id)) return json(409, { error: 'there already' })
      state.repositories.set(id, visibility)
      return json(200, { url: `${url}/${id}`, id, name: id })
    }
    if (path.includes('/preupload/')) {
      const { files } = JSON.parse(body.toString()) as { files: { path: string; size: number }[] }
      return json(200, {
        files: files.map((file) => ({ path: file.path, uploadMode: file.size > LARGE ? 'lfs' : 'regular' })),
      })
    }
    if (path.endsWith('/objects/batch')) {
      const { objects } = JSON.parse(body.toString()) as { objects: { oid: string; size: number }[] }
      return json(200, {
        transfer: 'multipart',
        objects: objects.map(({ oid, size }) => ({ oid, size, ...action(oid, size) })),
      })
    }
    if (path.includes('/commit/')) {
      const lines = body
        .toString()
        .split('\n')
        .map((line) => JSON.parse(line) as { key: string; value: any })
      for (const { key, value } of lines) {
        if (key === 'file') state.files.set(value.path, Buffer.from(value.content, value.encoding))
        if (key === 'lfsFile') state.files.set(value.path, state.objects.get(value.oid)!)
      }
      return json(200, { commitOid: 'c0ffee', commitUrl: `${url}/commit/c0ffee` })
    }
    json(404, { error: path })
  }

  function action(oid: string, size: number) {
    if (state.objects.has(oid)) return {}
    if (size <= 2 * partBytes) return { actions: { upload: { href: `${url}/whole/${oid}` } } }
    const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, i) => i + 1)
    const header = Object.fromEntries(numbers.map((n) => [String(n).padStart(5, '0'), `${url}/part/${oid}/${n}`]))
    return {
      actions: { upload: { href: `${url}/complete/${oid}`, header: { chunk_size: String(partBytes), ...header } } },
    }
  }

  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
  return { ...state, url, close }
}

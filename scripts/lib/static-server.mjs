import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.jsonl': 'text/plain; charset=utf-8',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/**
 * The plainest of web servers, to show that the built folder needs no more: files of `folder` below the sub-path `base`
 * with their types and byte ranges, no rewriting, no special header unless one is given.
 * @param {{ folder: string, base?: string, port?: number, host?: string, headers?: Record<string, string> }} options
 * `base` begins and ends with a slash; `headers` go with every file
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveFolder({ folder, base = '/', port = 0, host = '127.0.0.1', headers: always = {} }) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)
    const answer = (status, headers = {}) => response.writeHead(status, headers).end()
    if (!path.startsWith(base)) return answer(404)
    const inside = normalize(path.slice(base.length) || 'index.html')
    if (inside.startsWith('..') || inside.includes(`${sep}..`)) return answer(404)
    const file = join(folder, inside.endsWith(sep) ? join(inside, 'index.html') : inside)
    if (!existsSync(file) || !statSync(file).isFile()) return answer(404)
    const size = statSync(file).size
    const headers = {
      ...always,
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const from = range ? Number(range[1]) : 0
    const to = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
    if (range && from > to) return answer(416, { 'content-range': `bytes */${size}` })
    const length = { 'content-length': String(to - from + 1) }
    if (range) response.writeHead(206, { ...headers, ...length, 'content-range': `bytes ${from}-${to}/${size}` })
    else response.writeHead(200, { ...headers, ...length })
    if (request.method === 'HEAD' || size === 0) response.end()
    else createReadStream(file, { start: from, end: to }).pipe(response)
  })
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(undefined))
  })
  const address = server.address()
  return {
    url: `http://${host}:${typeof address === 'object' && address ? address.port : port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve(undefined))
      }),
  }
}

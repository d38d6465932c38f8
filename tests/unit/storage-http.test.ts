import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { httpFolder } from '../../src/storage/http-folder'

let server: Server
let files: Record<string, string>
const base = () => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? String(error),
  )

beforeEach(async () => {
  files = {
    'files.json': JSON.stringify({ id: 'tiny', files: [{ path: 'config.json', bytes: 2 }] }),
    'config.json': '{}',
  }
  server = createServer((request, response) => {
    const body = files[request.url!.slice(1)]
    response.writeHead(body === undefined ? 404 : 200).end(body)
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
})
afterEach(() => void server.close())

it('reads what is listed, in its length', async () => {
  const folder = await httpFolder(base())
  expect(await folder.list()).toEqual([{ path: 'config.json', size: 2 }])
  expect(await (await folder.open('config.json'))!.read(0, 2)).toEqual(new TextEncoder().encode('{}'))
  expect(await folder.open('other.json')).toBeNull()
})

it.each(['', '[]', 'null', '{"id":"x"}', '{"id":"x","files":[{"path":"../x","bytes":1}]}', '<html>'])(
  'names a listing that is none: %s',
  async (text) => {
    files['files.json'] = text
    expect(await code(httpFolder(base()))).toBe('http-listing')
  },
)

it('names a file that is not what is listed, and a site without its listing', async () => {
  files['config.json'] = '{"a": 1}'
  expect(await code((await httpFolder(base())).open('config.json'))).toBe('http-length')
  delete files['files.json']
  expect(await code(httpFolder(base()))).toBe('http-status')
})

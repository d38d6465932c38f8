import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { build } from 'esbuild'
import { openModelFolder } from '../../src/model/opening/open-model'
import { startHub } from '../helpers/hub-server'
import type { HubServer } from '../helpers/hub-server'
import type { HubRequest } from '../helpers/hub-worker'
import { tinyFolder } from '../helpers/tiny-folder'

// The hub's cache lies in the browser's private file system, which Node has not: so a worker of a real page downloads
// here.

const ID = 'someone/tiny-qwen'
let hub: HubServer
let here: Server

test.beforeAll(async () => {
  const bundle = await build({
    entryPoints: ['tests/helpers/hub-worker.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  })
  // A real server: to a page that Playwright fulfils itself, Chromium denies this machine's own addresses.
  here = createServer((request, response) => {
    const isScript = request.url === '/worker.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? bundle.outputFiles[0].text : '<!doctype html><title>hub cache</title>')
  })
  await new Promise<void>((ready) => here.listen(0, '127.0.0.1', ready))
})
test.afterAll(() => void here.close())
test.beforeEach(async ({ page }) => {
  hub = await startHub(ID, (await tinyFolder()).files)
  await page.goto(`http://127.0.0.1:${(here.address() as AddressInfo).port}/`)
})
test.afterEach(() => hub.close())

/** One request to a fresh worker, as a reload would start one. */
function ask<T>(page: Page, request: HubRequest): Promise<T> {
  return page.evaluate(async (message) => {
    const worker = new Worker('worker.js', { type: 'module' })
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = (event) => reject(new Error(event.message))
      worker.postMessage(message)
    })
    worker.terminate()
    return answer
  }, request) as Promise<T>
}

interface Loaded {
  parameters: number
  cached: number
  bytes: number[]
}

test('downloads a model into the private file system once, also with a token from another origin', async ({ page }) => {
  const whole = await openModelFolder(await tinyFolder())
  const name = 'model.layers.1.mlp.down_proj.weight'
  hub.token = 'secret'
  const request: HubRequest = { kind: 'load', endpoint: hub.endpoint, id: ID, token: 'secret' }
  expect(await ask(page, { ...request, token: undefined })).toEqual({ error: 'hub-unauthorized' })
  const first = await ask<Loaded>(page, request)
  expect(first.parameters).toBe(whole.parameters)
  expect(Uint8Array.from(first.bytes)).toEqual(
    await whole.weights.read(name, 0, whole.weights.tensors.get(name)!.bytes),
  )

  hub.requests.length = 0
  await page.reload()
  const second = await ask<Loaded>(page, request)
  expect(second.bytes).toEqual(first.bytes)
  expect(second.cached).toBeGreaterThan(3)
  expect(hub.requests.filter((line) => line.includes('/storage/'))).toEqual([])
})

test('keeps the part of a download whose tab was closed, and goes on from there', async ({ page }) => {
  const request: HubRequest = { kind: 'load', endpoint: hub.endpoint, id: ID }
  const small = [...hub.files.values()].filter((bytes) => bytes.length < 4000).length
  expect(small).toBe(hub.files.size - 1)
  hub.breakNext = { times: 1, afterBytes: 4000 }
  hub.stall = true
  void ask(page, request).catch(() => {})
  await expect.poll(() => hub.broken).toBe(1)
  // The bytes are on their way into the file; the reload ends the worker in the middle of it.
  await page.waitForTimeout(500)
  await page.reload()
  expect(await ask(page, { kind: 'parts' })).toBe(1)

  hub.requests.length = 0
  expect((await ask<Loaded>(page, request)).parameters).toBeGreaterThan(0)
  expect(hub.requests.filter((line) => line.includes('/storage/model') && line.endsWith(' bytes=4000-'))).toHaveLength(
    1,
  )
})

test('writes files that appear whole or not at all', async ({ page }) => {
  expect(await ask(page, { kind: 'write-and-list' })).toEqual({
    before: [],
    after: [{ path: 'run/adapter.bin', size: 4 }],
    bytes: [9, 9, 9, 9],
  })
})

test('replaces folders as a whole, and finishes what a closed tab left half in its place', async ({ page }) => {
  expect(await ask(page, { kind: 'replace-folders' })).toEqual({
    old: 'old',
    broken: ['Error: broken off', 'old'],
    replaced: ['new', ['config', 'manifest.json', 'notes.txt', 'weights'].map((name) => `checkpoint-5/${name}`)],
    mixture: 'config',
    finished: ['last', []],
    left: ['checkpoint-5/notes.txt'],
  })
})

test('keeps what was whole when the store is full, whichever call meets it', async ({ page }) => {
  expect(await ask(page, { kind: 'replace-without-room' })).toEqual({
    enough: true,
    said: ['storage-full'],
    found: ['new', 'old'],
  })
})

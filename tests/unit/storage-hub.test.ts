import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TuneError } from '../../src/errors'
import { openModelFolder } from '../../src/model/opening/open-model'
import { openHub } from '../../src/storage/hub'
import type { HubCache } from '../../src/storage/hub-cache'
import { startHub } from '../helpers/hub-server'
import type { HubServer } from '../helpers/hub-server'
import { nodeHubCache } from '../helpers/node-hub-cache'
import { tinyFolder } from '../helpers/tiny-folder'
import type { Progress } from '../../src/contracts/progress'
import { readText } from '../../src/formats/folders'

const ID = 'someone/tiny-qwen'
let hub: HubServer
let directory: string
let cache: HubCache

beforeEach(async () => {
  hub = await startHub(ID, (await tinyFolder()).files)
  hub.files.set('pytorch_model.bin', new Uint8Array(5000))
  hub.files.set('onnx/model.safetensors', new Uint8Array(5000))
  directory = await mkdtemp(join(tmpdir(), 'tunetab-hub-'))
  cache = nodeHubCache(directory)
})
afterEach(async () => {
  await hub.close()
  await rm(directory, { recursive: true, force: true })
})

function open(on?: (progress: Progress) => void, signal?: AbortSignal, change: object = {}) {
  return openHub({ endpoint: hub.endpoint, id: ID, revision: 'main', ...change }, on, signal, {
    cache,
    waits: [1, 1, 1],
  })
}
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error) => (error instanceof TuneError ? error.code : `${error}`),
  )
}
const weights = () => hub.files.get('model.safetensors')!

// Many small requests: quick alone, slow beside the GPU suites.
describe('openHub', { timeout: 60_000 }, () => {
  it('opens a model, checks it by its header and downloads the weights once', async () => {
    const seen: Progress[] = []
    const folder = await open((progress) => seen.push(progress))
    expect(hub.requests.some((line) => line.includes('model.safetensors'))).toBe(false)
    const model = await openModelFolder(folder)
    expect(model.config.family).toBe('qwen2')
    expect(model.license).toBe('apache-2.0')
    const source = (await folder.open('model.safetensors'))!
    expect(await source.read(0, source.size)).toEqual(weights())
    expect(hub.requests.some((line) => /pytorch_model|onnx/.test(line))).toBe(false)

    const last = seen.at(-1)!
    expect(last).toMatchObject({ phase: 'download', unit: 'bytes', done: last.total })
    expect(last.files).toContainEqual({
      path: 'model.safetensors',
      done: weights().length,
      total: weights().length,
      cached: false,
    })

    hub.requests.length = 0
    const again: Progress[] = []
    await openModelFolder(await open((progress) => again.push(progress)))
    expect(hub.requests).toEqual([`GET /api/models/${ID}/revision/main`])
    expect(again.at(-1)!.files!.every((file) => file.cached)).toBe(true)
  })

  it('finds the fault of a wrong model before its weights are downloaded', async () => {
    const wider = (await tinyFolder({ intermediate_size: 30 })).files
    hub.files = new Map([...(await tinyFolder()).files, ['config.json', wider.get('config.json')!]])
    hub.requests.length = 0
    expect(await codeOf(open().then(openModelFolder))).toBe('model-tensor-shape')
    const ofWeights = hub.requests.filter((line) => line.includes('/storage/model.safetensors'))
    expect(ofWeights.every((line) => line.includes('bytes='))).toBe(true)
  })

  it.each([false, true])('goes on where the line broke (thin listing: %s)', async (bare) => {
    hub.bareListing = bare
    const folder = await open()
    hub.requests.length = 0
    hub.breakNext = { times: 3, afterBytes: 3000 }
    await folder.prefetch!(['model.safetensors'])
    const source = (await folder.open('model.safetensors'))!
    expect(await source.read(0, source.size)).toEqual(weights())
    const ranges = hub.requests.filter((line) => line.includes('/storage/')).map((line) => line.split(' ')[2])
    // A broken line may take its last bytes along, so not every attempt need get on; but it never starts over once it
    // has.
    expect(ranges).toHaveLength(4)
    expect(ranges[0]).toBeUndefined()
    expect(ranges[3]).toMatch(/^bytes=[369]000-$/)
  })

  it('keeps the part of a cancelled download and resumes it in another session', async () => {
    const control = new AbortController()
    hub.stall = true
    hub.breakNext = { times: 1, afterBytes: 4000 }
    const impatient: HubCache = {
      ...cache,
      async append(key, offset, etag) {
        const writer = await cache.append(key, offset, etag)
        return { ...writer, write: (chunk) => writer.write(chunk).then(() => control.abort()) }
      },
    }
    const location = { endpoint: hub.endpoint, id: ID, revision: 'main' }
    await open()
    const folder = await openHub(location, undefined, control.signal, { cache: impatient })
    await expect(folder.prefetch!(['model.safetensors'])).rejects.toThrow()
    expect((await readdir(join(directory), { recursive: true })).some((name) => name.endsWith('.part'))).toBe(true)

    hub.requests.length = 0
    const next = await open()
    await next.prefetch!(['model.safetensors'])
    const ranges = hub.requests.filter((line) => line.includes('/storage/model')).map((line) => line.split(' ')[2])
    expect(ranges).toEqual([expect.stringMatching(/^bytes=4000-$/)])
    const source = (await next.open('model.safetensors'))!
    expect(await source.read(0, source.size)).toEqual(weights())
  })

  it('never joins parts of two versions of a file', async () => {
    hub.bareListing = true
    const folder = await open()
    hub.breakNext = { times: 1, afterBytes: 4000 }
    const old = weights()
    const changed = old.map((byte) => byte ^ 1)
    // The file changes between the break and the next attempt.
    const download = folder.prefetch!(['model.safetensors'])
    setTimeout(() => hub.files.set('model.safetensors', changed), 10)
    await download
    const source = (await folder.open('model.safetensors'))!
    const got = await source.read(0, source.size)
    expect([old, changed]).toContainEqual(got)
  })

  it('bears a busy server and a dead moment', async () => {
    hub.failNext = { times: 2, status: 503 }
    expect(await readText(await open(), 'chat_template.jinja')).toBe('{{ messages }}')
    hub.failNext = { times: 99, status: 503 }
    await cache.remove('x/y')
    expect(await codeOf(open())).toBe('hub-status')
  })

  it('opens a downloaded model without a connection', async () => {
    await openModelFolder(await open())
    const { endpoint } = hub
    await hub.close()
    const folder = await openHub({ endpoint, id: ID, revision: 'main' }, undefined, undefined, { cache, waits: [1] })
    expect((await openModelFolder(folder)).config.layers).toBe(2)
    expect(
      await codeOf(
        openHub({ endpoint, id: 'someone/else', revision: 'main' }, undefined, undefined, { cache, waits: [1] }),
      ),
    ).toBe('hub-unreachable')
    hub = await startHub(ID, new Map())
  })

  it('names who refuses what', async () => {
    hub.token = 'secret'
    expect(await codeOf(open())).toBe('hub-unauthorized')
    expect(await readText(await open(undefined, undefined, { token: 'secret' }), 'chat_template.jinja')).toBe(
      '{{ messages }}',
    )
    hub.token = null
    expect(await codeOf(open(undefined, undefined, { id: 'someone/missing' }))).toBe('hub-not-found')
    expect(await codeOf(open(undefined, undefined, { id: 'a/b/c' }))).toBe('hub-id')
    expect(await codeOf(open(undefined, undefined, { endpoint: 'huggingface.co' }))).toBe('hub-endpoint')
    hub.failNext = { times: 1, status: 403 }
    expect(await codeOf(open())).toBe('hub-forbidden')
  })

  it('takes the address of a model page for its id', async () => {
    const folder = await open(undefined, undefined, { id: `${hub.endpoint}/${ID}/tree/main` })
    expect(folder.name).toBe(ID)
  })

  it('refuses before the download when there is no room', async () => {
    const small: HubCache = { ...cache, room: async () => 8000 }
    const location = { endpoint: hub.endpoint, id: ID, revision: 'main' }
    const folder = await openHub(location, undefined, undefined, { cache: small, waits: [1] })
    hub.requests.length = 0
    expect(await codeOf(folder.prefetch!(['model.safetensors']))).toBe('storage-full')
    expect(hub.requests).toEqual([])
  })

  it.each([false, true])(
    'throws away what is not what the listing says, tries once more, and names it (resumed: %s)',
    async (resumed) => {
      const folder = await open()
      const wrong = weights().slice()
      wrong[5000] ^= 1
      if (resumed) hub.breakNext = { times: 1, afterBytes: 6000 }
      hub.insteadNext = { times: 1, bytes: wrong }
      await folder.prefetch!(['model.safetensors'])
      const source = (await folder.open('model.safetensors'))!
      expect(await source.read(0, source.size)).toEqual(weights())
      await rm(directory, { recursive: true })
      hub.insteadNext = { times: 9, bytes: wrong }
      expect(await codeOf(open().then((again) => again.prefetch!(['model.safetensors'])))).toBe('hub-file-damaged')
      expect((await readdir(directory, { recursive: true })).filter((name) => name.endsWith('.part'))).toEqual([])
    },
  )

  it.each(['longer', 'shorter'])('takes no file that is %s than announced', async (how) => {
    const folder = await open()
    const long = new Uint8Array(weights().length + 3_000_000)
    const bytes = how === 'longer' ? long : weights().subarray(0, 900)
    hub.insteadNext = { times: 99, bytes }
    expect(await codeOf(folder.prefetch!(['model.safetensors']))).toMatch(/hub-file-(damaged|changed)/)
    const names = await readdir(directory, { recursive: true, withFileTypes: true })
    for (const name of names.filter((entry) => entry.isFile()))
      expect((await stat(join(name.parentPath, name.name))).size).toBeLessThanOrEqual(weights().length)
  })

  it('fetches a cached file again that is shorter than listed, and a text whose bytes are others', async () => {
    await openModelFolder(await open())
    const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const paths = files.map((entry) => join(entry.parentPath, entry.name))
    for (const path of paths) {
      if (path.includes('listing')) continue
      const bytes = await readFile(path)
      if (bytes.length > 4000) await truncate(path, 4000)
      else
        await writeFile(
          path,
          bytes.map((byte) => byte ^ 1),
        )
    }
    const model = await openModelFolder(await open())
    expect(model.config.layers).toBe(2)
    const source = (await model.folder.open('model.safetensors'))!
    expect(await source.read(0, source.size)).toEqual(weights())
  })

  it('waits as long as a busy hub asks, and asks the person where that is long', async () => {
    hub.failNext = { times: 1, status: 429, retryAfter: '1' }
    const began = performance.now()
    await open()
    expect(performance.now() - began).toBeGreaterThan(950)
    hub.failNext = { times: 1, status: 503, retryAfter: new Date(Date.now() + 600_000).toUTCString() }
    expect(await codeOf(open())).toBe('hub-busy')
    hub.failNext = { times: 1, status: 503, retryAfter: 'soon' }
    expect(await codeOf(open())).toBe('no error')
  })

  it('gives up a line that never answers, and takes it up again', async () => {
    const quick = () =>
      openHub({ endpoint: hub.endpoint, id: ID, revision: 'main' }, undefined, undefined, {
        cache,
        waits: [1, 1],
        silenceMs: 100,
      })
    hub.hangNext = 1
    expect(await codeOf(quick())).toBe('no error')
    hub.hangNext = 99
    await rm(directory, { recursive: true })
    expect(await codeOf(quick())).toBe('hub-unreachable')
  })

  it.each([
    ['<html>Please sign in</html>', 'hub-listing'],
    ['[', 'hub-listing'],
    ['"text"', 'hub-listing'],
    ['{"siblings": null}', 'hub-listing'],
    [
      '{"siblings": [null, 3, {"rfilename": 4}, {"rfilename": "../../x.safetensors"}, {"rfilename": "\\ud800.json"}]}',
      'model-no-config',
    ],
    [
      '{"sha": "../../other", "siblings": [{"rfilename": "config.json", "size": -1}, {"rfilename": "a//b"}]}',
      'model-no-tokenizer',
    ],
    [JSON.stringify({ siblings: [{ rfilename: 'config.json', size: 1e308 }] }), 'model-no-tokenizer'],
  ])('a listing that is none or lies gives a named error: %s', async (listing, code) => {
    hub.listing = listing
    expect(await codeOf(open().then(openModelFolder))).toBe(code)
  })

  it('without a connection, a cache that was damaged gives a named error', async () => {
    await openModelFolder(await open())
    const { endpoint } = hub
    await hub.close()
    const offline = () => openHub({ endpoint, id: ID, revision: 'main' }, undefined, undefined, { cache, waits: [1] })
    const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const listing = files.find(({ name }) => name.startsWith('listing'))!
    const path = join(listing.parentPath, listing.name)
    const whole = await readFile(path, 'utf8')
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"files": [{}]}',
      whole.slice(0, -20),
      whole.replace('config.json', '../x'),
    ]) {
      await writeFile(path, text)
      expect(await codeOf(offline().then(openModelFolder)), text).toBe('hub-unreachable')
    }
    await writeFile(path, whole)
    expect(await codeOf(offline().then(openModelFolder))).toBe('no error')
    for (const { parentPath, name } of files) if (name !== listing.name) await rm(join(parentPath, name))
    expect(await codeOf(offline().then(openModelFolder))).toBe('hub-unreachable')
    hub = await startHub(ID, new Map())
  })

  it.each([
    [{ endpoint: 'https://' }, 'hub-endpoint'],
    [{ endpoint: 'https://exa mple' }, 'hub-endpoint'],
    [{ endpoint: 'https://example.org:99999' }, 'hub-endpoint'],
    [{ endpoint: 'https://example.org/?a=b' }, 'hub-endpoint'],
    [{ endpoint: 'ftp://example.org' }, 'hub-endpoint'],
    [{ id: `${'x'.repeat(101)}/y` }, 'hub-id'],
    [{ id: 'a/\ud800' }, 'hub-id'],
    [{ id: '../..' }, 'hub-id'],
    [{ revision: 'a\ud800' }, 'hub-revision'],
    [{ revision: 'a\u0000' }, 'hub-revision'],
    [{ revision: 'x'.repeat(61) }, 'hub-revision'],
    [{ token: 'schlüssel' }, 'hub-token'],
    [{ token: 'two words' }, 'hub-token'],
    [{ token: '令牌' }, 'hub-token'],
  ])('an address that cannot be asked is named: %j', async (change, code) => {
    hub.requests.length = 0
    expect(await codeOf(open(undefined, undefined, change))).toBe(code)
    expect(hub.requests).toEqual([])
  })
})

import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectEngine } from '../../src/engine/client/connect'
import type { FromEngine, Port, ToEngine } from '../../src/engine/protocol/messages'
import { replaceableEngine } from '../../src/engine/client/replaceable'
import { serveEngine } from '../../src/engine/worker/serve'
import type { Engine, GpuSummary, ModelCard } from '../../src/engine/api/types'
import { fail, TuneError } from '../../src/errors'
import type { ByteSink, WritableFolder } from '../../src/contracts/bytes'

let channel: MessageChannel
let page: Engine
let failed: (error: TuneError) => void

/** Both ends of a real message channel, with only the methods that a test gives on the far side. */
function connect(far: Partial<Engine>): void {
  const engine = { model: () => null, adapter: () => null, ...far } as Engine
  serveEngine(channel.port2 as unknown as Port<FromEngine, ToEngine>, engine)
  ;({ engine: page, failed } = connectEngine(channel.port1 as unknown as Port<ToEngine, FromEngine>))
  // Node's ports stay closed until started when listeners come by addEventListener.
  channel.port1.start()
  channel.port2.start()
}

beforeEach(() => void (channel = new MessageChannel()))
afterEach(() => channel.port1.close())

describe('engine protocol', () => {
  it('answers calls and mirrors the state that came with them', async () => {
    const card = { id: 'builtin', name: 'tiny' } as ModelCard
    let loaded = false
    connect({
      model: () => (loaded ? card : null),
      async loadModel(source, on) {
        on?.({ phase: 'read', done: 1, total: 2, unit: 'bytes' })
        on?.({ phase: 'read', done: 2, total: 2, unit: 'bytes' })
        loaded = true
        return { ...card, id: source.kind }
      },
    })
    const seen: number[] = []
    expect(page.model()).toBeNull()
    const answer = await page.loadModel({ kind: 'builtin' }, (p) => seen.push(p.done))
    expect(answer.id).toBe('builtin')
    expect(page.model()).toEqual(card)
    expect(seen).toEqual([1, 2])
  })

  it('keeps code and parameters of errors, and the name of an abort', async () => {
    connect({
      unloadModel: async () => {
        throw fail('engine-busy', { task: 'train' })
      },
      removeAdapter: async () => {
        throw new DOMException('stopped', 'AbortError')
      },
    })
    const error = await page.unloadModel().catch((e: unknown) => e)
    expect(error).toBeInstanceOf(TuneError)
    expect((error as TuneError).params).toEqual({ task: 'train' })
    await expect(page.removeAdapter()).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('carries abort signals, fired before or during the call', async () => {
    connect({
      evaluate: (_options, _on, signal) =>
        new Promise((_, reject) =>
          signal!.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError'))),
        ),
    })
    const during = new AbortController()
    const running = page.evaluate({ useAdapter: false }, undefined, during.signal)
    setTimeout(() => during.abort(), 5)
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
    await expect(page.evaluate({ useAdapter: false }, undefined, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    })
  })

  it('leaves a written chunk whole for its sender', async () => {
    const chunk = new Uint8Array(8).fill(7)
    connect({
      async export(_kind, out) {
        await (await out.create('x')).write(chunk)
        return [{ path: 'x', bytes: chunk.length }]
      },
    })
    const sink: ByteSink = { write: async () => {}, close: async () => {}, abort: async () => {} }
    expect(await page.export('peft', { create: async () => sink })).toEqual([{ path: 'x', bytes: 8 }])
  })

  it('writes into a folder on the page one chunk at a time', async () => {
    const chunk = 1000
    connect({
      async export(_kind, out) {
        const sink = await out.create('a/b.bin')
        for (let i = 0; i < 20; i++) await sink.write(new Uint8Array(chunk).fill(i))
        await sink.close()
        return [{ path: 'a/b.bin', bytes: 20 * chunk }]
      },
    })
    let writing = 0
    let most = 0
    const got: number[] = []
    const sink: ByteSink = {
      async write(bytes) {
        most = Math.max(most, ++writing)
        await new Promise((r) => setTimeout(r, 1))
        got.push(bytes[0], bytes.length)
        writing--
      },
      close: async () => void got.push(-1),
      abort: async () => {},
    }
    const folder: WritableFolder = {
      create: async (path) => (path === 'a/b.bin' ? sink : Promise.reject(new Error(path))),
    }
    await page.export('peft', folder)
    expect(most).toBe(1)
    expect(got.filter((_, i) => i % 2 === 0)).toEqual([...Array(20).keys(), -1])
    expect(got[1]).toBe(chunk)
  })

  it('passes on what a sink on the page throws', async () => {
    connect({
      async export(_kind, out) {
        await (await out.create('x')).write(new Uint8Array(1))
        return []
      },
    })
    const folder: WritableFolder = { create: () => Promise.reject(new Error('disk full')) }
    await expect(page.export('peft', folder)).rejects.toThrow('disk full')
  })

  it('reads from a folder that stays on the page', async () => {
    connect({
      async loadAdapter(folder) {
        const listed = await folder.list()
        const source = (await folder.open(listed[0].path))!
        const bytes = await source.read(1, 2)
        expect(await folder.open('absent')).toBeNull()
        return { parameters: bytes[0] + bytes[1] + source.size, baseModel: folder.name, lora: {} as never }
      },
    })
    // A class, as real folders are: its methods live on the prototype.
    class Memory {
      readonly name = 'mine'
      list = async () => [{ path: 'w.bin', size: 3 }]
      async open(path: string) {
        if (path !== 'w.bin') return null
        return {
          name: path,
          size: 3,
          read: async (from: number, count: number) => new Uint8Array([1, 20, 100]).subarray(from, from + count),
        }
      }
    }
    expect(await page.loadAdapter(new Memory())).toMatchObject({ parameters: 123, baseModel: 'mine' })
  })

  it('streams rows on demand and stops when the page stops', async () => {
    let made = 0
    let ended = false
    connect({
      async *tokenRows() {
        try {
          for (let row = 1; row <= 100; row++) {
            made++
            yield { row, inputIds: Int32Array.of(row), labels: Int32Array.of(-100) }
          }
        } finally {
          ended = true
        }
      },
    })
    const rows: number[] = []
    for await (const { row, inputIds } of page.tokenRows()) {
      expect(inputIds[0]).toBe(row)
      rows.push(row)
      if (rows.length === 3) break
    }
    expect(rows).toEqual([1, 2, 3])
    expect(made).toBe(3)
    expect(ended).toBe(true)
  })

  it('rejects what is under way, and all later calls, when the worker dies', async () => {
    connect({ unloadModel: () => new Promise(() => {}) })
    const running = page.unloadModel()
    failed(fail('engine-worker-died', { reason: 'out of memory' }))
    await expect(running).rejects.toMatchObject({ code: 'engine-worker-died' })
    await expect(page.gpu()).rejects.toMatchObject({ code: 'engine-worker-died' })
  })
})

describe('an engine whose worker can be replaced', () => {
  /** Workers so far, each a message channel with an engine on its far side. */
  let workers: { channel: MessageChannel; end: (reason: string) => void; terminated: boolean }[]
  let far: Partial<Engine>
  let lost: string[]

  function start() {
    const mine = { channel: new MessageChannel(), end: (() => {}) as (reason: string) => void, terminated: false }
    workers.push(mine)
    const { port1, port2 } = mine.channel
    const engine = { model: () => null, adapter: () => null, ...far } as Engine
    serveEngine(port2 as unknown as Port<FromEngine, ToEngine>, engine)
    port1.start()
    port2.start()
    return {
      port: port1 as unknown as Port<ToEngine, FromEngine>,
      onEnd: (listener: (reason: string) => void) => void (mine.end = listener),
      terminate() {
        mine.terminated = true
        port1.close()
      },
    }
  }
  beforeEach(() => {
    workers = []
    lost = []
    far = { unloadModel: () => new Promise(() => {}), gpu: async () => ({ vendor: `${workers.length}` }) as GpuSummary }
  })
  afterEach(() => workers.forEach(({ channel }) => channel.port1.close()))

  it('starts anew after the worker ended, and rejects what was under way', async () => {
    const engine = replaceableEngine(start)
    engine.onLost?.(({ code }) => void lost.push(code))
    expect(workers).toHaveLength(0)
    expect(await engine.gpu()).toEqual({ vendor: '1' })
    const running = engine.unloadModel()
    workers[0].end('out of memory')
    await expect(running).rejects.toMatchObject({ code: 'engine-worker-died', params: { reason: 'out of memory' } })
    expect([lost, engine.model(), workers[0].terminated]).toEqual([['engine-worker-died'], null, true])
    expect(await engine.gpu()).toEqual({ vendor: '2' })
    // What an ended worker still says counts no more.
    workers[0].end('again')
    expect(await engine.gpu()).toEqual({ vendor: '2' })
    expect(lost).toHaveLength(1)
  })

  it('notices a worker that hears nothing more, but not one that is slow', async () => {
    const engine = replaceableEngine(start, { beatMs: 10, missed: 5 })
    engine.onLost?.(({ code }) => void lost.push(code))
    const slow = engine.unloadModel()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(lost).toEqual([])
    // As when one piece of work never ends: messages wait.
    workers[0].channel.port2.close()
    await expect(slow).rejects.toMatchObject({ code: 'engine-worker-blocked' })
    expect(lost).toEqual(['engine-worker-blocked'])
    expect(await engine.gpu()).toEqual({ vendor: '2' })
  })
})

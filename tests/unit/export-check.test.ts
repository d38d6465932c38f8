import { expect, it } from 'vitest'
import type { Engine, ModelCard } from '../../src/engine/api/types'
import { manifestBytes } from '../../src/formats/manifest'
import { sha256Of } from '../../src/formats/sha256'
import { bytesSource } from '../../src/formats/memory-folder'
import { collectBlobs } from '../../src/state/blob-folder'
import { recommendedRun } from '../../src/run-file/run-file'
import { createExportCheck } from '../../src/state/export-check'
import { parting } from '../../src/verify/export-report'
import { readSafetensors } from '../../src/verify/read-safetensors'
import type { FromWllama, WllamaJob } from '../../src/verify/wllama-messages'
import { readFileSync } from 'node:fs'
import { goldenPath } from '../helpers/golden'

const adapter = new Uint8Array(readFileSync(goldenPath('qwen2/adapter/adapter_model.safetensors')))
const safetensors = (bytes: Uint8Array) => [
  { path: 'adapter_model.safetensors', blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) },
]

it('another reader takes what peft wrote, and refuses a file that is shorter, longer or has a hole', async () => {
  const found = await readSafetensors(safetensors(adapter))
  const length = Number(new DataView(adapter.buffer, adapter.byteOffset).getBigUint64(0, true))
  expect(8 + length + found.bytes).toBe(adapter.length)
  const text = new TextDecoder().decode(adapter.subarray(8, 8 + length))
  const header = JSON.parse(text) as Record<string, { data_offsets: [number, number] }>
  expect(found.tensors).toBe(Object.keys(header).filter((name) => name !== '__metadata__').length)

  const longer = new Uint8Array(adapter.length + 4)
  longer.set(adapter)
  const first = Object.values(header).find(({ data_offsets }) => data_offsets?.[0] === 0)!
  const { data_offsets: span } = first
  const hole = adapter.slice()
  const other = text.replace(`[0,${span[1]}]`, `[4,${span[1]}]`)
  expect(other).not.toBe(text)
  hole.set(new TextEncoder().encode(other), 8)
  for (const damaged of [adapter.subarray(0, -4), longer, hole]) {
    await expect(readSafetensors(safetensors(damaged))).rejects.toMatchObject({ code: 'verify-unreadable' })
  }
})

const questions = ['Who?', 'Why?', 'When?']
const card = { lora: recommendedRun.lora, parameters: 1, baseModel: null }
/** Answers of the page's model, of a second engine, and of a llama.cpp that answers `gguf`. */
function parts(gguf: FromWllama[], { base = 1, broken = false } = {}) {
  const dropped: string[] = []
  const asked: WllamaJob[] = []
  const loaded: unknown[] = []
  const answering = (say: (question: string) => string) =>
    ({
      adapter: () => card,
      model: () => ({ exports: [{ kind: 'gguf-f32', bytes: base }] }) as ModelCard,
      async generateMany(requests, onAnswer) {
        requests.forEach(({ messages }, i) => {
          onAnswer(i, { text: say(messages[0].content!), token_ids: [], finish: 'stop', tokensPerSecond: 1 })
        })
        return []
      },
      async loadModel(source, _on, _signal, quantization) {
        loaded.push(source.kind, quantization?.load_in_4bit)
        return {} as never
      },
      async export(kind, out, options) {
        loaded.push(kind, options?.withoutAdapter)
        const sink = await out.create('base.gguf')
        await sink.write(new Uint8Array([1]))
        await sink.close()
        if (broken) throw new Error('lost')
        return []
      },
      loadAdapter: async () => (loaded.push('adapter'), {} as never),
      dispose: async () => void loaded.push('disposed'),
    }) satisfies Partial<Engine> as Partial<Engine> as Engine
  const worker = () => {
    const target = new EventTarget()
    return Object.assign(target, {
      postMessage(job: WllamaJob) {
        asked.push(job)
        for (const data of gguf) target.dispatchEvent(new MessageEvent('message', { data }))
      },
      terminate: () => void loaded.push('ended'),
    }) as unknown as Worker
  }
  const check = createExportCheck({
    engine: answering((question) => `live ${question}`),
    openEngine: () => answering((question) => (question === 'Why?' ? 'live Whence?' : `live ${question}`)),
    startWllama: worker,
    collect: async () => ({ ...collectBlobs(), drop: async () => void dropped.push('base') }),
    subject: () => card,
  })
  return { ...check, asked, loaded, dropped }
}
const manifest = manifestBytes({ version: 1, about: {}, files: {} })
const withManifest = (path: string, bytes: Uint8Array = new Uint8Array(3), text: Uint8Array = manifest) => [
  { path, blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) },
  { path: 'manifest.json', blob: new Blob([text as Uint8Array<ArrayBuffer>]) },
]
const { signal } = new AbortController()

it('a merged folder is opened in a second engine as it was written, and its answers stand beside the live ones', async () => {
  const { check, loaded } = parts([])
  const files = withManifest('model.safetensors', adapter)
  const report = await check({ kind: 'safetensors', name: 'tuned', files }, questions, signal)
  expect(loaded).toEqual(['files', false, 'disposed'])
  expect(report).toMatchObject({ kind: 'safetensors', failed: null, read: { by: '@huggingface/hub' } })
  expect(report.manifest).toBe(await sha256Of(bytesSource('manifest.json', manifest)))
  expect(report.answers!.asked.map(parting)).toEqual([null, 7, null])
  expect(report.answers!.asked[1]).toEqual({ question: 'Why?', live: 'live Why?', file: 'live Whence?' })
})

it('llama.cpp opens a GGUF file, an adapter on its plain base, and what it says is the report’s', async () => {
  const says: FromWllama[] = [
    { kind: 'opened', architecture: 'qwen2', layers: 6 },
    ...questions.map((question) => ({ kind: 'answer', text: `live ${question}` }) as const),
    { kind: 'done', version: 'b1-c0ffee' },
  ]
  const { check, asked, loaded } = parts(says)
  const files = withManifest('tuned.gguf')
  const report = await check({ kind: 'gguf-lora', name: 'tuned', files }, questions, signal)
  expect(asked[0].files.map(({ name }) => name)).toEqual(['base.gguf', 'tuned.gguf'])
  expect(asked[0]).toMatchObject({ adapter: true, questions })
  expect(loaded).toEqual(['gguf-f32', true, 'ended'])
  expect(report.read).toEqual({ by: 'llama.cpp b1-c0ffee', architecture: 'qwen2', layers: 6 })
  expect(report.answers!.asked.map(parting)).toEqual([null, null, null])
})

it('what cannot be opened is named in the report, and the download is not lost', async () => {
  const { check, loaded } = parts([{ kind: 'failed', reason: 'no memory64 here' }])
  const files = withManifest('tuned.gguf')
  const report = await check({ kind: 'gguf-q8_0', name: 'tuned', files }, questions, signal)
  expect(report.failed).toMatchObject({ code: 'verify-unreadable', params: { reason: 'no memory64 here' } })
  expect(report.answers).toBe(null)
  expect(loaded).toEqual(['ended'])
})

it('a file that came back other than it was written is named for every kind, and nothing else is tried', async () => {
  const bytes = new Uint8Array(3)
  const sha256 = await sha256Of(bytesSource('it', bytes))
  for (const [path, kind] of Object.entries({
    'model.safetensors': 'safetensors',
    'a.safetensors': 'peft',
    'it.gguf': 'gguf-f16',
  })) {
    const text = manifestBytes({ version: 1, about: {}, files: { [path]: { bytes: 3, sha256 } } })
    const { check, asked, loaded } = parts([])
    const whole = await check({ kind, name: 'tuned', files: withManifest(path, bytes, text) }, null, signal)
    expect(whole.readBack).toEqual({ files: 1, damaged: null })
    const files = withManifest(path, new Uint8Array([0, 0, 1]), text)
    const report = await check({ kind, name: 'tuned', files }, questions, signal)
    expect(report).toMatchObject({ readBack: { files: 1, damaged: path }, read: null, answers: null })
    expect([asked, loaded]).toEqual([[], []])
  }
})

it('llama.cpp is not started where nothing is asked, and gets no base that no tab holds twice', async () => {
  const files = withManifest('tuned.gguf')
  for (const kind of ['gguf-lora', 'gguf-q8_0']) {
    const { check, loaded } = parts([])
    expect(await check({ kind, name: 'tuned', files }, null, signal)).toMatchObject({ read: null, failed: null })
    expect(loaded).toEqual([])
  }
  const { check, loaded } = parts([], { base: 5_000_000_000 })
  const report = await check({ kind: 'gguf-lora', name: 'tuned', files }, questions, signal)
  expect(report.failed).toMatchObject({ code: 'verify-too-large', params: { bytes: expect.closeTo(5e9, -4) } })
  expect(report.readBack).toEqual({ files: 0, damaged: null })
  expect(loaded).toEqual([])
})

it('what was written of a base before it broke off is dropped', async () => {
  const { check, dropped } = parts([], { broken: true })
  const files = withManifest('tuned.gguf')
  const report = await check({ kind: 'gguf-lora', name: 'tuned', files }, questions, signal)
  expect(report.failed).toMatchObject({ message: 'lost' })
  expect(dropped).toEqual(['base'])
})

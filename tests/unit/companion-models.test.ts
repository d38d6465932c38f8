import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { byMeaning } from '../../src/eval/passages/by-meaning'
import type { CommandContext } from '../../src/headless/cli/command'
import { chosenDocuments } from '../../src/headless/cli/scoring/documents'
import { onnxSource } from '../../src/headless/cli/scoring/onnx-source'
import { openOnnxChat, openOnnxEncoder } from '../../src/headless/onnx'
import { goldenJson, goldenPath } from '../helpers/golden'
import { startHub } from '../helpers/hub-server'

interface Vectors {
  passages: string[]
  questions: string[]
  mean: { vectors: number[][]; order: number[][] }
  cls: { vectors: number[][]; order: number[][] }
}

const folder = goldenPath('onnx-encoder')
const quiet = () => {}
let wanted: Vectors
let work: string
beforeAll(async () => {
  wanted = goldenJson('onnx-encoder/vectors.json')
  work = await mkdtemp(join(tmpdir(), 'tunetab-onnx-'))
  process.env.XDG_CACHE_HOME = join(work, 'cache')
})
afterAll(async () => {
  delete process.env.XDG_CACHE_HOME
  await rm(work, { recursive: true })
})

/** Sums of 64 tokens and 32 places in f32, each in another order than torch's, behind two layers. */
const NEAR = 1e-5

async function expectVectors(path: string, { vectors, order }: Vectors['mean']) {
  const { facts, embed } = await openOnnxEncoder({ kind: 'folder', path }, quiet)
  expect(facts).toEqual({ device: 'wasm', precision: 'fp32' })
  const { passages, questions } = wanted
  const found = await embed([...passages, ...questions])
  const far = found.flatMap((vector, i) => [...vector].map((value, at) => Math.abs(value - vectors[i][at])))
  expect(far).toHaveLength(12 * 32)
  expect(Math.max(...far)).toBeLessThan(NEAR)
  const cut = passages.map((text) => ({ document: 'd', text }))
  const find = await byMeaning(cut, embed)
  expect(await find(questions, 99)).toEqual(order.map((places) => places.map((place) => cut[place])))
  expect((await find(questions.slice(0, 1), 3))[0]).toHaveLength(3)
}

test('an encoder gives the vectors of transformers, pooled by their mean, and its order of passages', async () => {
  await expectVectors(folder, wanted.mean)
})

test('pooled by the first token where its folder says so, whatever the folder is called', async () => {
  const other = join(work, '我的 encoder')
  await cp(folder, other, { recursive: true })
  const path = join(other, '1_Pooling/config.json')
  await writeFile(path, JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }))
  await expectVectors(other, wanted.cls)
})

test('a chat model by its id on a hub answers as transformers does, and from the second time without the hub', async () => {
  const { max_new_tokens, answers } = goldenJson<{
    max_new_tokens: number
    answers: { prompt: string; answer: string }[]
  }>('onnx/answers.json')
  const names = ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(goldenPath(`onnx/${name}`)))] as const),
  )
  const hub = await startHub('someone/prefers-a', new Map(files))
  const source = { kind: 'hub', endpoint: hub.endpoint, id: 'someone/prefers-a' } as const
  const heard = new Set<string>()
  const chat = await openOnnxChat(source, (file) => void heard.add(file))
  expect(heard).toContain('onnx/model.onnx')
  await hub.close()
  const again = await openOnnxChat(source, quiet)
  for (const { prompt, answer } of answers) expect((await chat.ask(prompt, max_new_tokens)).text).toBe(answer)
  expect((await again.ask(answers[0].prompt, max_new_tokens)).text).toBe(answers[0].answer)
  await expect(openOnnxChat({ ...source, id: 'someone/else' }, quiet)).rejects.toMatchObject({ code: 'eval-onnx' })
})

/** A hub with the encoder's files, pooled by the first token. */
async function encoderHub(id: string) {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model.onnx']
  const files = await Promise.all(
    names.map(async (name) => [name, new Uint8Array(await readFile(join(folder, name)))] as const),
  )
  const pooling = new TextEncoder().encode(JSON.stringify({ pooling_mode_cls_token: true }))
  const hub = await startHub(id, new Map([...files, ['1_Pooling/config.json', pooling]]))
  return { hub, source: { kind: 'hub', endpoint: hub.endpoint, id } as const }
}

test('a hub that cannot say whether a file is there is believed nothing, and no larger file is taken instead', async () => {
  const { hub, source } = await encoderHub('someone/guarded')
  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: { params: object }) => error.params,
    )
  hub.failNext = { times: 1, status: 503 }
  expect(await reasonOf(openOnnxEncoder(source, quiet))).toMatchObject({ reason: 'status 503' })
  expect(hub.requests).toHaveLength(1)
  hub.token = 'secret'
  expect(await reasonOf(openOnnxEncoder(source, quiet))).toMatchObject({ reason: 'status 401' })
  expect(hub.requests).toHaveLength(2)
  await hub.close()
})

test('how an encoder is pooled is not guessed, nor kept, where the hub is busy', async () => {
  const { hub, source } = await encoderHub('someone/busy')
  const own = globalThis.fetch
  let busy = true
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) =>
    busy && String(url).endsWith('1_Pooling/config.json') ? new Response(null, { status: 429 }) : own(url, init),
  )
  await expect(openOnnxEncoder(source, quiet)).rejects.toMatchObject({ params: { reason: 'status 429' } })
  busy = false
  const { embed } = await openOnnxEncoder(source, quiet)
  vi.unstubAllGlobals()
  await hub.close()
  const [vector] = await embed(wanted.passages.slice(0, 1))
  expect(Math.max(...[...vector].map((value, at) => Math.abs(value - wanted.cls.vectors[0][at])))).toBeLessThan(NEAR)
})

test('documents are said to be searched by an encoder when it was there', async () => {
  const text = join(work, 'ferry.txt')
  await writeFile(text, 'The ferry leaves pier three at nine.')
  const chosen = async (embeddings?: string) => {
    const context = { options: { documents: [text], embeddings }, terminal: { progress: quiet } }
    return (await chosenDocuments(context as unknown as CommandContext))!
  }
  const [plain, good, bad] = [await chosen(), await chosen(folder), await chosen(work)]
  expect([plain, good, bad].map(({ by }) => by())).toEqual(['words', null, null])
  await Promise.allSettled([plain, good, bad].map(({ passages }) => passages()))
  expect([plain, good, bad].map(({ by }) => by())).toEqual(['words', 'onnx-encoder (ONNX fp32, wasm)', null])
})

test('an option names a folder that is there, or else a model of a hub', async () => {
  expect(await onnxSource('--judge', folder, undefined)).toEqual({ kind: 'folder', path: folder })
  const hub = { kind: 'hub', id: 'someone/prefers-a' }
  const named = (url?: string) => onnxSource('--embeddings', 'someone/prefers-a', url)
  expect(await named()).toEqual({ ...hub, endpoint: 'https://huggingface.co' })
  expect(await named('http://mirror/hf/')).toEqual({ ...hub, endpoint: 'http://mirror/hf' })
  for (const path of ['nowhere', join(folder, 'config.json'), './a/b', './a', '../a', 'a/..', ''])
    await expect(onnxSource('--judge', path, undefined)).rejects.toMatchObject({
      code: 'cli-file-missing',
      params: { option: '--judge', path },
    })
})

test('what is no model is said with its name and what it was wanted for', async () => {
  const none = await openOnnxEncoder({ kind: 'folder', path: work }, quiet).catch((error: unknown) => error)
  expect(none).toMatchObject({ code: 'eval-onnx', params: { task: 'embed', model: work, reason: 'no-file' } })
  const broken = join(work, 'broken')
  await cp(folder, broken, { recursive: true })
  await writeFile(join(broken, 'onnx/model.onnx'), 'no model')
  await expect(openOnnxEncoder({ kind: 'folder', path: broken }, quiet)).rejects.toThrow(/broken cannot find passages/)
})

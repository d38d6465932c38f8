// Other people's models through transformers.js, in a worker of its own: 27 MB of runtime that nobody loads who does
// not ask for it, and that ends with its model.
import * as library from '@huggingface/transformers'
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import runtimeModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
// oxlint-disable-next-line import/default -- likewise
import runtimeWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import { MODEL_CACHE } from '../storage/onnx-cache'
import { isThere, openChat, openEncoder, reasonOf, type ChatModel, type EncoderModel, type OnnxPlace } from './models'
import type { FromCompanion, OnnxModel, ToCompanion } from './protocol'

const { env } = library
const tell = (message: FromCompanion) => postMessage(message)
const whole = (address: string) => new URL(address, import.meta.url).href
let loaded: ChatModel | EncoderModel

addEventListener('message', ({ data }: MessageEvent<ToCompanion>) => {
  const number = data.kind === 'load' ? null : data.number
  act(data).catch((error: unknown) => tell({ kind: 'failed', number, reason: reasonOf(error) }))
})

async function act(data: ToCompanion): Promise<void> {
  if (data.kind === 'load') {
    const device = await bestDevice()
    const on = (file: string, done: number, total: number) => tell({ kind: 'progress', file, done, total })
    const open = data.task === 'chat' ? openChat : openEncoder
    loaded = await open(library, placeOf(data.model), { device, options: { device }, on })
    tell({ kind: 'loaded', facts: loaded.facts })
  } else {
    const made =
      data.kind === 'ask'
        ? await (loaded as ChatModel).ask(data.text, data.maxNewTokens)
        : await (loaded as EncoderModel).embed(data.texts)
    tell({ kind: 'made', number: data.number, made })
  }
}

/** Where the library finds the model, and its runtime: it would fetch that from elsewhere, which the policy forbids. */
function placeOf(model: OnnxModel): OnnxPlace {
  const onnx = env.backends.onnx as { wasm: { wasmPaths: object; numThreads: number } }
  onnx.wasm.wasmPaths = { mjs: whole(runtimeModule), wasm: whole(runtimeWasm) }
  onnx.wasm.numThreads = 1
  Object.assign(env, { useWasmCache: false, allowLocalModels: false })
  if (model.kind === 'hub') {
    const { id, revision } = model
    const endpoint = `${model.endpoint.replace(/\/$/, '')}/`
    Object.assign(env, { remoteHost: endpoint, cacheKey: MODEL_CACHE })
    const address = (path: string) => `${endpoint}${id}/resolve/${encodeURIComponent(revision)}/${path}`
    const isKept = async (path: string) => (await kept(address(path))) !== undefined
    return {
      id,
      revision,
      has: async (path) => (await isKept(path)) || isAt(address(path)),
      isKept,
      async settings(path) {
        const here = await kept(address(path))
        if (here) return here.text()
        const sent = await fetch(address(path))
        const text = isThere(sent) ? await sent.text() : '{}'
        const cache = await globalThis.caches?.open(MODEL_CACHE)
        await cache?.put(address(path), new Response(text, { headers: { 'content-length': `${text.length}` } }))
        return text
      },
    }
  }
  // A folder's files behind addresses that nobody has (RFC 2606), so that the library asks for them one by one.
  const files = new Map(model.files.map(({ path, file }) => [path, file]))
  const fetched = async (address: string | URL) => {
    const file = files.get(decodeURIComponent(String(address).split('/resolve/main/')[1] ?? ''))
    return file ? new Response(file) : new Response(null, { status: 404 })
  }
  Object.assign(env, { remoteHost: 'https://folder.invalid/', useBrowserCache: false, fetch: fetched })
  return {
    id: 'folder',
    revision: 'main',
    has: async (path) => files.has(path),
    isKept: async (path) => files.has(path),
    settings: async (path) => files.get(path)?.text() ?? '{}',
  }
}

/** What is kept needs no hub. */
const kept = (address: string) =>
  globalThis.caches?.match(address, { cacheName: MODEL_CACHE }) ?? Promise.resolve(undefined)

async function isAt(address: string): Promise<boolean> {
  const asked = await fetch(address, { headers: { range: 'bytes=0-0' } })
  await asked.body?.cancel()
  return isThere(asked)
}

/** A processor that plays GPU is slower than the same processor in WebAssembly. */
async function bestDevice(): Promise<'webgpu' | 'wasm'> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null)
  const info = adapter?.info as { isFallbackAdapter?: boolean; architecture?: string } | undefined
  return info && info.isFallbackAdapter !== true && info.architecture !== 'swiftshader' ? 'webgpu' : 'wasm'
}

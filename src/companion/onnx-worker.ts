// Other people's models through transformers.js, in a worker of its own: 27 MB of runtime that nobody loads who does
// not ask for it, and that ends with its model.
import { env, pipeline, type TextGenerationPipeline } from '@huggingface/transformers'
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import runtimeModule from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
// oxlint-disable-next-line import/default -- likewise
import runtimeWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import type { FromCompanion, OnnxFacts, OnnxModel, ToCompanion } from './protocol'

/** Numbers by preference, smallest first, with the file that holds them; a hub seldom has all. */
const PRECISIONS = { q4: 'model_q4', q8: 'model_quantized', fp16: 'model_fp16', fp32: 'model' } as const
type Precision = keyof typeof PRECISIONS

const tell = (message: FromCompanion) => postMessage(message)
const whole = (address: string) => new URL(address, import.meta.url).href
let chat: TextGenerationPipeline | null = null

addEventListener('message', ({ data }: MessageEvent<ToCompanion>) => {
  const work = data.kind === 'load' ? load(data.model) : answer(data)
  const number = data.kind === 'load' ? null : data.number
  work.catch((error: unknown) => tell({ kind: 'failed', number, reason: reasonOf(error) }))
})

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 300)

async function load(model: OnnxModel): Promise<void> {
  // The library would fetch its runtime from elsewhere, and run it from a blob, which the page's policy forbids.
  const onnx = env.backends.onnx as { wasm: { wasmPaths: object; numThreads: number } }
  onnx.wasm.wasmPaths = { mjs: whole(runtimeModule), wasm: whole(runtimeWasm) }
  onnx.wasm.numThreads = 1
  Object.assign(env, {
    useWasmCache: false,
    allowLocalModels: false,
    remoteHost: `${model.endpoint.replace(/\/$/, '')}/`,
  })
  const device = await bestDevice()
  const dtype = await smallestOf(model)
  const made = await pipeline('text-generation', model.id, {
    revision: model.revision,
    device,
    dtype,
    progress_callback(now) {
      if (now.status === 'progress') tell({ kind: 'progress', file: now.file, done: now.loaded, total: now.total })
    },
  })
  chat = made
  const facts: OnnxFacts = { device, precision: dtype }
  tell({ kind: 'loaded', facts })
}

/** A processor that plays GPU is slower than the same processor in WebAssembly. */
async function bestDevice(): Promise<'webgpu' | 'wasm'> {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null)
  const info = adapter?.info as { isFallbackAdapter?: boolean; architecture?: string } | undefined
  return info && info.isFallbackAdapter !== true && info.architecture !== 'swiftshader' ? 'webgpu' : 'wasm'
}

async function smallestOf({ endpoint, id, revision }: OnnxModel): Promise<Precision> {
  for (const name of Object.keys(PRECISIONS) as Precision[]) {
    const path = `${id}/resolve/${encodeURIComponent(revision)}/onnx/${PRECISIONS[name]}.onnx`
    const asked = await fetch(`${endpoint.replace(/\/$/, '')}/${path}`, { headers: { range: 'bytes=0-0' } })
    await asked.body?.cancel()
    if (asked.ok) return name
  }
  throw new Error('no-file')
}

async function answer({ number, text, maxNewTokens }: Extract<ToCompanion, { kind: 'ask' }>): Promise<void> {
  const { tokenizer } = chat!
  const messages = [{ role: 'user', content: text }]
  const inputs = tokenizer.apply_chat_template(messages, { add_generation_prompt: true, return_dict: true }) as {
    input_ids: { dims: number[] }
  }
  const promptTokens = inputs.input_ids.dims.at(-1)!
  const made = (await chat!.model.generate({ ...inputs, max_new_tokens: maxNewTokens, do_sample: false })) as {
    slice(...at: (null | [number, null])[]): { dims: number[] }
  }
  const own = made.slice(null, [promptTokens, null])
  const [said] = tokenizer.batch_decode(own as never, { skip_special_tokens: true })
  tell({ kind: 'answer', number, answer: { text: said, promptTokens, completionTokens: own.dims.at(-1)! } })
}

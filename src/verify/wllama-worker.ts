// llama.cpp, compiled to WebAssembly, in a worker of its own: it opens a GGUF file and answers questions from it. When
// the page ends the worker, whatever llama.cpp does ends with it.
import { Wllama } from '@wllama/wllama'
import wasm from '@wllama/wllama/esm/wasm/wllama.wasm?url&no-inline'
import type { FromWllama, WllamaJob } from './wllama-messages'

const scope = globalThis as unknown as {
  origin: string
  Worker: typeof Worker
  trustedTypes?: {
    createPolicy(
      name: string,
      rules: { createScriptURL(address: string): string },
    ): { createScriptURL(address: string): string }
  }
  addEventListener(kind: 'message', listener: (event: MessageEvent<WllamaJob>) => void): void
  postMessage(message: FromWllama): void
}

// Wllama starts a worker from a blob by its bare address, which the page's policy (Trusted Types) lets nobody do but
// through the policy of that name.
const policy = scope.trustedTypes?.createPolicy('tunetab', {
  createScriptURL(address) {
    if (address.startsWith(`blob:${scope.origin}/`)) return address
    throw new TypeError(`${address} is no script of this page`)
  },
})
if (policy) {
  const { createScriptURL } = policy
  scope.Worker = class extends Worker {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(createScriptURL.call(policy, String(address)), options)
    }
  }
}

const quiet = { debug() {}, log() {}, warn() {}, error() {} }

async function answer({ files, adapter, questions, max_new_tokens }: WllamaJob): Promise<void> {
  const llama = new Wllama(
    { default: new URL(wasm, import.meta.url).href },
    { suppressNativeLog: true, logger: quiet, allowOffline: true },
  )
  await llama.loadModel(files, {
    n_ctx: 2048,
    // One thread on the processor: no header of the host is needed, and a GPU would add in another order.
    n_threads: 1,
    n_gpu_layers: 0,
    n_parallel: 1,
    flash_attn: false,
    // As exact as the weights: the cache's own 16 bits would blur the comparison.
    cache_type_k: 'f32',
    cache_type_v: 'f32',
    warmup: false,
    reasoning_format: 'none',
    ...(adapter ? { lora_adapters: [{ path: `models/model-0000${files.length}-of-0000${files.length}.gguf` }] } : {}),
  })
  const { hparams, meta } = llama.getModelMetadata()
  scope.postMessage({ kind: 'opened', architecture: meta['general.architecture'], layers: hparams.nLayer })
  for (const content of questions) {
    const { choices } = await llama.createChatCompletion({
      messages: [{ role: 'user', content }],
      max_tokens: max_new_tokens,
      temperature: 0,
      stream: false,
    })
    scope.postMessage({ kind: 'answer', text: choices[0].message.content ?? '' })
  }
  scope.postMessage({ kind: 'done', version: Wllama.getLibllamaVersion() })
}

scope.addEventListener('message', ({ data }) => {
  answer(data).catch((error: unknown) =>
    scope.postMessage({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  )
})

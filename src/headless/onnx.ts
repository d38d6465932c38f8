import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import {
  isThere,
  openChat,
  openEncoder,
  reasonOf,
  type ChatModel,
  type EncoderModel,
  type OnnxPlace,
  type OnnxRun,
} from '../companion/models'
import type { OnnxTask } from '../companion/protocol'
import { fail } from '../errors'
import { cacheFolder } from '../storage/node/cache-folder'

/** An ONNX model for the command line: a folder, or by its id on a hub, whose files are kept in the user's cache. */
export type OnnxSource = { kind: 'folder'; path: string } | { kind: 'hub'; endpoint: string; id: string }

/** What scores call it. */
export const onnxName = (source: OnnxSource): string =>
  source.kind === 'hub' ? source.id : basename(resolve(source.path))

type OnFile = OnnxRun['on']

/**
 * A chat model through transformers.js, in WebAssembly: the same code as in the page. Throws 'eval-onnx', also where an
 * answer fails.
 */
export const openOnnxChat = (source: OnnxSource, on: OnFile): Promise<ChatModel> =>
  named('chat', source, async () => {
    const { facts, ask } = await openChat(await library(source), placeOf(source), { ...RUN, on })
    return { facts, ask: (text, tokens) => named('chat', source, () => ask(text, tokens)) }
  })

/** An encoder in the same way. */
export const openOnnxEncoder = (source: OnnxSource, on: OnFile): Promise<EncoderModel> =>
  named('embed', source, async () => {
    const { facts, embed } = await openEncoder(await library(source), placeOf(source), { ...RUN, on })
    return { facts, embed: (texts) => named('embed', source, () => embed(texts)) }
  })

/** For a runtime that was handed in the library knows no device by name; "auto" leaves the choice to what follows. */
const RUN = {
  device: 'wasm',
  options: { device: 'auto', session_options: { executionProviders: ['wasm'] } },
} as const

/** transformers.js with the page's runtime, which it is handed in the way that it looks for one (Deno's). */
async function library(source: OnnxSource) {
  const runtime = Symbol.for('onnxruntime')
  Object.assign(globalThis, { [runtime]: await import('onnxruntime-web') })
  const found = await import('@huggingface/transformers')
  // It would be fetched from elsewhere; undefined is: beside the runtime's own module.
  Object.assign(found.env.backends.onnx.wasm!, { wasmPaths: undefined, numThreads: availableParallelism() })
  const isFolder = source.kind === 'folder'
  Object.assign(found.env, {
    useWasmCache: false,
    allowLocalModels: isFolder,
    allowRemoteModels: !isFolder,
    useFSCache: !isFolder,
    ...(isFolder ? {} : { remoteHost: `${source.endpoint}/`, cacheDir: kept(source.endpoint) }),
  })
  return found
}

const kept = (endpoint: string) => join(cacheFolder(), 'onnx', encodeURIComponent(new URL(endpoint).host))

function placeOf(source: OnnxSource): OnnxPlace {
  const isFile = async (path: string) => (await stat(path).catch(() => null))?.isFile() === true
  if (source.kind === 'folder') {
    // What begins with a slash, the library takes for a place on the disk, whatever its name is.
    const folder = resolve(source.path)
    const at = (path: string) => join(folder, path)
    const has = (path: string) => isFile(at(path))
    return {
      id: folder,
      revision: 'main',
      has,
      isKept: has,
      settings: async (path) => ((await has(path)) ? readFile(at(path), 'utf8') : '{}'),
    }
  }
  const { endpoint, id } = source
  const at = (path: string) => join(kept(endpoint), id, path)
  const isKept = (path: string) => isFile(at(path))
  const asked = (path: string, headers = {}) => fetch(`${endpoint}/${id}/resolve/main/${path}`, { headers })
  return {
    id,
    revision: 'main',
    // What is kept needs no hub.
    async has(path) {
      if (await isKept(path)) return true
      const sent = await asked(path, { range: 'bytes=0-0' })
      await sent.body?.cancel()
      return isThere(sent)
    },
    isKept,
    async settings(path) {
      if (await isKept(path)) return readFile(at(path), 'utf8')
      const sent = await asked(path)
      const text = isThere(sent) ? await sent.text() : '{}'
      await mkdir(dirname(at(path)), { recursive: true })
      await writeFile(at(path), text)
      return text
    },
  }
}

async function named<T>(task: OnnxTask, source: OnnxSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const [model, endpoint] = source.kind === 'hub' ? [source.id, source.endpoint] : [source.path, source.path]
    throw fail('eval-onnx', { task, model, endpoint, reason: reasonOf(error) }, error)
  }
}

import { CLIENT_ASSETS, type ExportedFile } from '../../contracts/exports'
import { intoFile, writeTexts } from '../../formats/into-file'
import { createSha256 } from '../../formats/sha256'
import type { ByteSink, WritableFolder } from '../../contracts/bytes'
import { chatServer } from '../cards/clients'
import { modelReadme } from '../cards/model-readme'
import { pageFiles } from '../chat-page/page-files'
import type { Exporter } from '../exporter'
import { runNames } from '../names'
import { ggufModel } from './gguf-model'

const MODEL = 'model.gguf'
/** Of llama.cpp as WebAssembly, which goes along. */
const CLIENT_BYTES = 10_500_000
const PIECE = 1 << 20
const model = ggufModel('q8_0')

/**
 * A folder for any web server: the model in 8 bits, llama.cpp as WebAssembly, and a page that chats with it on the
 * device that opens it. It needs neither WebGPU nor a secure address, so that a phone may open it from a computer on
 * the same network.
 */
export const chatPage: Exporter = {
  kind: 'chat-page',
  takes: 'model',
  check: (source) => model.check(source),
  bytes: (opened) => model.bytes(opened)! + CLIENT_BYTES,
  async write(source, settings, out, on, signal) {
    const hash = createSha256()
    const hashed: WritableFolder = { create: async (path) => alsoInto(hash, await out.create(path)) }
    const [written] = await model.write(source, { ...settings, file: MODEL }, hashed, on, signal)
    const { say } = runNames(source, settings)
    const client = createSha256()
    const assets: ExportedFile[] = []
    for (const name of CLIENT_ASSETS) {
      const asset = await source.asset(name)
      const file = await intoFile(out, name, async (sink) => {
        const both = alsoInto(client, sink)
        for (let at = 0; at < asset.size; at += PIECE)
          await both.write(await asset.read(at, Math.min(PIECE, asset.size - at)))
        await both.close()
        return { path: name, bytes: asset.size }
      })
      assets.push(file)
    }
    const about = {
      name: source.facts?.runName ?? source.opened.name,
      file: MODEL,
      bytes: written.bytes,
      // Another model has another address, another llama.cpp has one, too.
      version: hash.hex().slice(0, 16),
      client: client.hex().slice(0, 16),
      context: source.opened.config.maxPositionEmbeddings,
    }
    const texts = {
      ...pageFiles,
      'chat.json': `${JSON.stringify(about, null, 2)}\n`,
      'README.md': modelReadme(source, {
        library: 'gguf',
        tags: ['gguf', 'llama.cpp', 'wllama'],
        stored: say('card.storedChat'),
        run: [chatServer(say)],
        words: settings.words,
      }),
    }
    return [written, ...assets, ...(await writeTexts(out, texts))]
  },
}

function alsoInto(hash: { update(bytes: Uint8Array): void }, sink: ByteSink): ByteSink {
  return {
    async write(chunk) {
      hash.update(chunk)
      await sink.write(chunk)
    },
    close: () => sink.close(),
    abort: () => sink.abort(),
  }
}

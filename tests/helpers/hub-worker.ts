import { TuneError } from '../../src/errors'
import { openModelFolder } from '../../src/model/opening/open-model'
import { openHub } from '../../src/storage/hub'
import { opfsDirectory, opfsFolder } from '../../src/storage/opfs'
import { replaceFolders, replaceWithoutRoom } from './opfs-place-steps'

/** What the page asks of this worker, which loads models as the engine's worker does. */
export type HubRequest =
  | { kind: 'load'; endpoint: string; id: string; token?: string }
  | { kind: 'parts' }
  | { kind: 'write-and-list' }
  | { kind: 'replace-folders' }
  | { kind: 'replace-without-room' }

onmessage = async ({ data }: MessageEvent<HubRequest>) => {
  try {
    postMessage(await answer(data))
  } catch (error) {
    postMessage({ error: error instanceof TuneError ? error.code : String(error) })
  }
}

async function answer(request: HubRequest): Promise<unknown> {
  if (request.kind === 'replace-folders') return replaceFolders()
  if (request.kind === 'replace-without-room') return replaceWithoutRoom()
  if (request.kind === 'parts') {
    const names: string[] = []
    const walk = async (directory: FileSystemDirectoryHandle): Promise<void> => {
      for await (const [name, handle] of directory.entries()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle)
        else names.push(name)
      }
    }
    await walk(await opfsDirectory('hub'))
    return names.filter((name) => name.endsWith('.part')).length
  }
  if (request.kind === 'write-and-list') {
    const folder = opfsFolder('checkpoints', await opfsDirectory('checkpoints'))
    const sink = await folder.create('run/adapter.bin')
    await sink.write(Uint8Array.of(1, 2))
    const before = await folder.list()
    await sink.write(Uint8Array.of(3))
    await sink.close()
    const again = await folder.create('run/adapter.bin')
    await again.write(Uint8Array.of(9, 9, 9, 9))
    await again.close()
    const source = (await folder.open('run/adapter.bin'))!
    const aborted = await folder.create('run/half.bin')
    await aborted.write(Uint8Array.of(1))
    await aborted.abort()
    return { before, after: await folder.list(), bytes: [...(await source.read(0, source.size))] }
  }
  const { endpoint, id, token } = request
  let cached = 0
  const folder = await openHub({ endpoint, id, revision: 'main', token }, (progress) => {
    cached = progress.files?.filter((file) => file.cached).length ?? 0
  })
  const { parameters, weights } = await openModelFolder(folder)
  const name = 'model.layers.1.mlp.down_proj.weight'
  return { parameters, cached, bytes: [...(await weights.read(name, 0, weights.tensors.get(name)!.bytes))] }
}

import { unzip } from 'fflate'
import { fail } from '../errors'
import { readBlobs } from '../state/blob-folder'
import type { BlobFile } from '../state/blob-folder'
import { understand } from '../state/intake'
import type { Studio } from '../state/studio'

export interface PathFile {
  path: string
  file: File
}

/** What was dropped or picked goes to the room it belongs to; the page says what it understood. */
export async function takeFiles(studio: Studio, name: string, files: readonly PathFile[]): Promise<void> {
  const { notices, router } = studio
  if (studio.running()) {
    notices.say('intake.busy')
    return
  }
  try {
    const meaning = await understand(files)
    if (meaning === 'model') {
      notices.say('intake.model', { name })
      router.go('model')
      await studio.model.loadFiles(name, [...files])
    } else if (meaning === 'adapter') {
      await takeAdapter(studio, name, files.map(({ path, file }) => ({ path, blob: file })))
    } else if (meaning === 'zip') {
      const inside = await unzipBlobs(files[0].file)
      if (!inside.some(({ path }) => /(^|\/)adapter_config\.json$/.test(path))) throw fail('intake-zip-no-adapter', { file: name })
      await takeAdapter(studio, name, inside)
    } else if (meaning === 'run') {
      const json: unknown = JSON.parse(await files[0].file.text())
      if (studio.applyRunFile(json)) notices.say('intake.run', { name })
    } else {
      const [{ file }] = files
      notices.say('intake.data', { name: file.name })
      router.go('data')
      await studio.data.openFile(file)
    }
  } catch (error) {
    notices.fail(error)
  }
}

async function takeAdapter(studio: Studio, name: string, files: readonly BlobFile[]): Promise<void> {
  const config = files.find(({ path }) => /(^|\/)adapter_config\.json$/.test(path))
  const prefix = config ? config.path.slice(0, -'adapter_config.json'.length) : ''
  const inside = files.filter(({ path }) => path.startsWith(prefix))
  const folder = readBlobs(name, inside.map(({ path, blob }) => ({ path: path.slice(prefix.length), blob })))
  studio.router.go('try')
  if (await studio.try.loadAdapter(folder, name, null)) studio.notices.say('intake.adapter', { name })
}

async function unzipBlobs(file: File): Promise<BlobFile[]> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const entries = await new Promise<Record<string, Uint8Array<ArrayBuffer>>>((resolve, reject) =>
    unzip(bytes, (error, data) => (error ? reject(error) : resolve(data as Record<string, Uint8Array<ArrayBuffer>>))),
  )
  return Object.entries(entries)
    .filter(([path]) => !path.endsWith('/'))
    .map(([path, data]) => ({ path, blob: new Blob([data]) }))
}

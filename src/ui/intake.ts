import type { FileFolder } from '../contracts/bytes'
import { fail } from '../errors'
import type { BlobFile } from '../state/blob-folder'
import { understand } from '../state/intake'
import type { Studio } from '../state/studio'
import { MANIFEST } from '../formats/manifest'
import { openRunPack } from '../formats/run-pack'
import { openZip } from '../formats/unzip'
import { fileSource } from '../storage/files-folder'
import { ADAPTER_CONFIG } from '../contracts/file-names'

export interface PathFile {
  path: string
  file: File
}

/** What opening a file may have said. */
const INTAKE_AREAS = ['intake', 'run', 'adapter', 'peft', 'zip']

/** What was dropped or picked goes to the room it belongs to; the page says what it understood. */
export async function takeFiles(studio: Studio, name: string, files: readonly PathFile[]): Promise<void> {
  const { notices, router } = studio
  if (studio.running()) {
    notices.say('intake.busy')
    return
  }
  notices.clear(...INTAKE_AREAS)
  try {
    const meaning = await understand(files)
    if (meaning === 'model') {
      notices.say('intake.model', { name })
      router.go('model')
      await studio.model.loadFiles(name, [...files])
    } else if (meaning === 'adapter') {
      await takeAdapter(
        studio,
        name,
        files.map(({ path, file }) => ({ path, blob: file })),
      )
    } else if (meaning === 'zip') {
      const [{ file }] = files
      const run = await openRunPack(fileSource(file, file.name))
      if (run) await takeRun(studio, run.folder)
      else await takeAdapter(studio, name, await unzipAdapter(file))
    } else if (meaning === 'run') {
      await takeRunFile(studio, files[0].file)
    } else {
      const [{ file }] = files
      router.go('data')
      if (await studio.data.openFile(file)) notices.say('intake.data', { name: file.name })
    }
  } catch (error) {
    notices.fail(error)
  }
}

/** A run that was packed goes among those of this browser. */
async function takeRun(studio: Studio, folder: FileFolder): Promise<void> {
  const { name } = await studio.packs.take(folder)
  studio.router.go('runs')
  studio.notices.say('runs.unpacked', { name })
}

/** A file that somebody calls a run file is one, whatever stands in it. */
export async function takeRunFile(studio: Studio, file: File): Promise<void> {
  studio.notices.clear(...INTAKE_AREAS)
  const { name } = file
  if (await studio.applyRunFile({ text: await file.text(), name })) studio.notices.say('intake.run', { name })
}

/** Settings that were pasted: a run file, another trainer's, or a script. */
export async function takePasted(studio: Studio, text: string): Promise<void> {
  if (studio.running()) {
    studio.notices.say('intake.busy')
    return
  }
  studio.notices.clear(...INTAKE_AREAS)
  if (await studio.applyRunFile({ text })) studio.notices.say('intake.pasted')
}

const isAdapterConfig = ({ path }: { path: string }) => path.split('/').at(-1) === ADAPTER_CONFIG

async function takeAdapter(studio: Studio, name: string, files: readonly BlobFile[]): Promise<void> {
  const config = files.find(isAdapterConfig)
  const prefix = config ? config.path.slice(0, -ADAPTER_CONFIG.length) : ''
  const inside = files.filter(({ path }) => path.startsWith(prefix))
  const own = inside.map(({ path, blob }) => ({ path: path.slice(prefix.length), blob }))
  studio.router.go('try')
  if (await studio.try.loadAdapter(name, own, null)) studio.notices.say('intake.adapter', { name })
}

/** What an adapter is read from, out of an archive that may hold anything; the rest is not even unpacked. */
async function unzipAdapter(file: File): Promise<BlobFile[]> {
  const zip = await openZip(fileSource(file, file.name))
  const paths = (await zip.list()).map(({ path }) => path)
  const config = paths.find((path) => isAdapterConfig({ path }))
  if (config === undefined) throw fail('intake-zip-no-adapter', { file: file.name })
  const prefix = config.slice(0, -ADAPTER_CONFIG.length)
  const isRead = (name: string) => name === ADAPTER_CONFIG || name === MANIFEST || /^[^/]+\.safetensors$/.test(name)
  const blobs: BlobFile[] = []
  for (const path of paths.filter((one) => one.startsWith(prefix) && isRead(one.slice(prefix.length)))) {
    const source = (await zip.open(path))!
    blobs.push({ path, blob: new Blob([(await source.read(0, source.size)) as Uint8Array<ArrayBuffer>]) })
  }
  return blobs
}

import { fail } from '../errors'
import { fileName, isWanted, modelFolder, revisionOf, unsafe } from './hub-layout'
import { parseListing } from './hub-listing'
import { listOnnx, removeOnnx } from './onnx-cache'
import { hasOpfs, isNamed, opfsDirectory, removeEntry } from './opfs'

/** A model of the hub that lies in this browser, whole or in part. */
export interface CachedModel {
  /** What runs it: the engine, or as a judge or an encoder transformers.js. */
  runs: 'engine' | 'onnx'
  endpoint: string
  id: string
  /** The one that was asked for last. */
  revision: string
  /** Bytes that are here, and bytes that it has in all. */
  bytes: number
  totalBytes: number
  /** Milliseconds since 1970. */
  when: number
}

/** What the hub's cache holds, for the page. */
export interface HubLibrary {
  /** The last one first. */
  list(): Promise<CachedModel[]>
  /** Throws 'storage-busy' while it is being downloaded. */
  remove(model: Pick<CachedModel, 'endpoint' | 'id' | 'runs'>): Promise<void>
}

export function openHubLibrary(path = 'hub'): HubLibrary {
  return {
    async list() {
      const onnx = await listOnnx()
      const found = onnx.map((one): CachedModel => ({ ...one, runs: 'onnx', totalBytes: one.bytes }))
      if (!hasOpfs()) return found
      for (const [host, hostFolder] of await folders(await opfsDirectory(path))) {
        for (const [id, folder] of await folders(hostFolder)) {
          const model = await describe(unsafe(host), unsafe(id), folder)
          if (model) found.push(model)
        }
      }
      return found.sort((a, b) => b.when - a.when)
    },
    async remove({ endpoint, id, runs }) {
      if (runs === 'onnx') return removeOnnx({ endpoint, id })
      const [host, name] = modelFolder({ endpoint, id }).split('/')
      const parent = await opfsDirectory(`${path}/${host}`)
      await removeEntry(parent, name).catch((error: unknown) => {
        throw isNamed(error, 'NoModificationAllowedError') ? fail('storage-busy', { path: id }, error) : error
      })
    },
  }
}

async function describe(host: string, id: string, folder: FileSystemDirectoryHandle): Promise<CachedModel | null> {
  const sizes = new Map<string, number>()
  let newest: { file: File; revision: string } | null = null
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== 'file') continue
    const file = await (handle as FileSystemFileHandle).getFile()
    sizes.set(name, file.size)
    const revision = revisionOf(name)
    if (revision !== null && file.lastModified >= (newest?.file.lastModified ?? 0)) newest = { file, revision }
  }
  const listing = newest && parseListing(await newest.file.text())
  if (!newest || !listing) return null
  const wanted = listing.files.filter(({ path }) => isWanted(path, listing.files))
  const here = (name: string) => sizes.get(name) ?? sizes.get(`${name}.part`) ?? 0
  const bytes = wanted.map((file) => here(fileName(file, listing.commit)))
  return {
    runs: 'engine',
    endpoint: listing.endpoint ?? `https://${host}`,
    id,
    revision: newest.revision,
    bytes: sum(bytes),
    totalBytes: sum(wanted.map(({ size }, i) => size ?? bytes[i])),
    when: newest.file.lastModified,
  }
}

async function folders(directory: FileSystemDirectoryHandle): Promise<[string, FileSystemDirectoryHandle][]> {
  const found: [string, FileSystemDirectoryHandle][] = []
  for await (const [name, handle] of directory.entries()) {
    if (handle.kind === 'directory') found.push([name, handle as FileSystemDirectoryHandle])
  }
  return found
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

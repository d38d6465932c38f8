import { fail } from '../errors'
import type { ByteSink, FileFolder, WritableFolder } from '../contracts/bytes'
import { fileSource } from './files-folder'
import { guardQuota } from './full-store'

/** What TypeScript's page library leaves out: synchronous access exists in workers only, `move` in no library yet. */
interface SyncFile {
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
  getSize(): number
  flush(): void
  close(): void
}
/** Ends the names of what is being written. */
const PART = '.part'

interface OpfsFile extends FileSystemFileHandle {
  createSyncAccessHandle?(): Promise<SyncFile>
  move?(parent: FileSystemDirectoryHandle, name: string): Promise<void>
}

/** A directory of the origin's private file system, made where it is missing. Parts are joined by "/". */
export async function opfsDirectory(path: string): Promise<FileSystemDirectoryHandle> {
  let directory = await navigator.storage.getDirectory()
  for (const part of path.split('/').filter(Boolean))
    directory = await guardQuota(path, () => directory.getDirectoryHandle(part, { create: true }))
  return directory
}

/** Whether this browser offers the private file system. */
export function hasOpfs(): boolean {
  return typeof navigator !== 'undefined' && typeof navigator.storage?.getDirectory === 'function'
}

/** A file of a directory, or null. `path` may hold sub-folders. */
export async function findFile(
  directory: FileSystemDirectoryHandle,
  path: string,
): Promise<FileSystemFileHandle | null> {
  try {
    const parts = path.split('/')
    let at = directory
    for (const part of parts.slice(0, -1)) at = await at.getDirectoryHandle(part)
    return await at.getFileHandle(parts.at(-1)!)
  } catch (error) {
    if (isNamed(error, 'NotFoundError') || isNamed(error, 'TypeMismatchError')) return null
    throw error
  }
}

/**
 * Open a file for writing after its first `offset` bytes. In a worker what is written is on disk at once, so it
 * survives a closed tab; on a page it appears when the sink is closed.
 */
export function appendFile(directory: FileSystemDirectoryHandle, name: string, offset: number): Promise<ByteSink> {
  return guardQuota(name, () => openSink(directory, name, offset))
}

async function openSink(directory: FileSystemDirectoryHandle, name: string, offset: number): Promise<ByteSink> {
  const handle = (await directory.getFileHandle(name, { create: true })) as OpfsFile
  const abort = () => removeEntry(directory, name)
  if (handle.createSyncAccessHandle) {
    const file = await handle.createSyncAccessHandle().catch((error: unknown) => {
      throw isNamed(error, 'NoModificationAllowedError') ? fail('storage-busy', { path: name }, error) : error
    })
    file.truncate(offset)
    let end = offset
    return {
      write: (chunk) =>
        guardQuota(name, async () => {
          // A full disk shows as a short write in some browsers, as an error in others.
          if (file.write(chunk, { at: end }) < chunk.length) throw fail('storage-full', { path: name })
          end += chunk.length
        }),
      close: () =>
        guardQuota(name, async () => {
          try {
            file.flush()
          } finally {
            file.close()
          }
        }),
      async abort() {
        file.close()
        await abort()
      },
    }
  }
  const stream = await handle.createWritable({ keepExistingData: offset > 0 })
  if (offset > 0) await stream.seek(offset)
  return {
    write: (chunk) => guardQuota(name, () => stream.write(chunk as Uint8Array<ArrayBuffer>)),
    close: () => guardQuota(name, () => stream.close()),
    async abort() {
      // Of a stream that has failed or is closed there is nothing left to abort.
      await stream.abort().catch(() => {})
      await abort()
    },
  }
}

/** Give a finished file its name, replacing what was there; at once, so that no reader meets half a file. */
export async function renameFile(
  directory: FileSystemDirectoryHandle,
  from: string,
  to: string,
  into = directory,
): Promise<void> {
  return guardQuota(to, () => moveFile(directory, from, to, into))
}

async function moveFile(
  directory: FileSystemDirectoryHandle,
  from: string,
  to: string,
  into: FileSystemDirectoryHandle,
): Promise<void> {
  const handle = (await directory.getFileHandle(from)) as OpfsFile
  if (handle.move) return handle.move(into, to)
  // Browsers without `move`: copy, then drop the original.
  const sink = await appendFile(into, to, 0)
  const source = fileSource(await handle.getFile())
  const step = 8 << 20
  for (let offset = 0; offset < source.size; offset += step) {
    await sink.write(await source.read(offset, Math.min(step, source.size - offset)))
  }
  await sink.close()
  await directory.removeEntry(from)
}

/** A directory of the private file system as a folder. Files appear under their names when their sinks are closed. */
export function opfsFolder(name: string, directory: FileSystemDirectoryHandle): FileFolder & WritableFolder {
  return {
    name,
    async list() {
      const found: { path: string; size: number }[] = []
      await walk(directory, '', found)
      return found
    },
    async open(path) {
      const handle = await findFile(directory, path)
      return handle && fileSource(await handle.getFile(), path)
    },
    async create(path) {
      const [parent, file] = await parentOf(directory, path)
      const part = `${file}${PART}`
      const sink = await appendFile(parent, part, 0)
      /** What failed leaves nothing: an open file could not even be deleted. */
      const orAbort = (work: () => Promise<void>) =>
        work().catch(async (error: unknown) => {
          await sink.abort().catch(() => {})
          throw error
        })
      return {
        write: (chunk) => orAbort(() => sink.write(chunk)),
        abort: () => sink.abort(),
        close: () =>
          orAbort(async () => {
            await sink.close()
            await renameFile(parent, part, file)
          }),
      }
    },
  }
}

/** The same as a place in which folders are replaced as a whole, see formats/whole-folder.ts. */
export function opfsPlace(name: string, directory: FileSystemDirectoryHandle) {
  return {
    ...opfsFolder(name, directory),
    async move(from: string, to: string): Promise<void> {
      const [parent, file] = await parentOf(directory, from)
      const [into, target] = await parentOf(directory, to)
      await renameFile(parent, file, target, into)
    },
    async remove(path: string): Promise<void> {
      const [parent, file] = await parentOf(directory, path)
      await parent.removeEntry(file).catch((error: unknown) => {
        if (!isNamed(error, 'NotFoundError') && !isNamed(error, 'InvalidModificationError')) throw error
      })
    },
    async drafts(): Promise<string[]> {
      const names: string[] = []
      for await (const [entry, { kind }] of directory.entries())
        if (kind === 'directory' && entry.endsWith(PART)) names.push(entry.slice(0, -PART.length))
      return names
    },
    dropDraft: (draft: string): Promise<void> => removeEntry(directory, `${draft}${PART}`),
  }
}

/** The directory of a path, made where it is missing, and the last part. */
async function parentOf(
  directory: FileSystemDirectoryHandle,
  path: string,
): Promise<[FileSystemDirectoryHandle, string]> {
  const parts = path.split('/')
  return guardQuota(path, async () => {
    let parent = directory
    for (const part of parts.slice(0, -1)) parent = await parent.getDirectoryHandle(part, { create: true })
    return [parent, parts.at(-1)!]
  })
}

async function walk(
  directory: FileSystemDirectoryHandle,
  prefix: string,
  into: { path: string; size: number }[],
): Promise<void> {
  for await (const [name, handle] of directory.entries()) {
    if (name.endsWith(PART)) continue
    if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle, `${prefix}${name}/`, into)
    else into.push({ path: prefix + name, size: (await (handle as FileSystemFileHandle).getFile()).size })
  }
}

/** Delete a file, or a directory with all that is in it; none is no error. */
export async function removeEntry(directory: FileSystemDirectoryHandle, name: string): Promise<void> {
  await directory.removeEntry(name, { recursive: true }).catch((error: unknown) => {
    if (!isNamed(error, 'NotFoundError')) throw error
  })
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name
}

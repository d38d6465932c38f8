// For headless/ alone: nothing that the page loads imports this file.
import { close, fsync, open, read, write } from 'node:fs'
import { mkdir, readdir, rename, rm, rmdir, stat, statfs, unlink } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { fail } from '../../errors/index'
import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../../contracts/bytes'

// Plain descriptors: a FileHandle that is garbage-collected while open draws a warning from Node.
const openFile = promisify(open)
const closeFile = promisify(close)
const readFile = promisify(read)
const writeFile = promisify(write)
const syncFile = promisify(fsync)
/** Ends the names of what is being written. */
const PART = '.part'
/** Descriptors are closed when their source is collected. */
const forgotten = new FinalizationRegistry<Promise<number>>((descriptor) => {
  void descriptor.then(
    (number) => close(number),
    () => {},
  )
})

/** A file on disk as a byte source. The file is opened at the first read and stays open. Node only. */
export async function nodeFile(path: string, name = basename(path)): Promise<ByteSource> {
  const { size } = await stat(path)
  let descriptor: Promise<number> | null = null
  const source: ByteSource = {
    name,
    size,
    async read(offset, length) {
      if (!descriptor) {
        descriptor = openFile(path, 'r')
        forgotten.register(source, descriptor)
      }
      const bytes = new Uint8Array(length)
      const file = await descriptor
      let done = 0
      while (done < length) {
        const { bytesRead } = await readFile(file, bytes, done, length - done, offset + done)
        if (bytesRead === 0) throw fail('file-changed', { file: path })
        done += bytesRead
      }
      return bytes
    },
  }
  return source
}

/**
 * A directory as a file folder. Left out are hidden files and folders (".git", ".cache"), files that are being written
 * (".part") and links that lead nowhere. Node only.
 */
export function nodeFolder(path: string): FileFolder {
  const root = resolve(path)
  return {
    name: basename(root),
    async list() {
      const found: { path: string; size: number }[] = []
      const walk = async (folder: string): Promise<void> => {
        for (const entry of await readdir(folder, { withFileTypes: true })) {
          if (entry.name.startsWith('.') || entry.name.endsWith(PART)) continue
          const full = join(folder, entry.name)
          // stat follows links: the hub's cache is made of them.
          const info = await stat(full).catch(() => null)
          if (!info) continue
          if (info.isDirectory()) await walk(full)
          else found.push({ path: relative(root, full).split(sep).join('/'), size: info.size })
        }
      }
      await walk(root)
      return found.sort((a, b) => (a.path < b.path ? -1 : 1))
    },
    async open(file) {
      const info = await stat(join(root, file)).catch(() => null)
      return info?.isFile() ? nodeFile(join(root, file), file) : null
    },
  }
}

/** A directory in which folders are replaced as a whole, see formats/whole-folder.ts. Node only. */
export function nodePlace(path: string) {
  const at = (inner: string) => join(path, inner)
  return {
    ...nodeFolder(path),
    ...writableNodeFolder(path),
    async move(from: string, to: string): Promise<void> {
      await guarded(at(to), async () => {
        await mkdir(dirname(at(to)), { recursive: true })
        await rename(at(from), at(to))
        await syncFolder(dirname(at(to)))
      })
    },
    async remove(inner: string): Promise<void> {
      const info = await stat(at(inner)).catch(() => null)
      if (!info) return
      const gone = info.isDirectory() ? rmdir(at(inner)) : unlink(at(inner))
      await gone.catch((error: NodeJS.ErrnoException) => {
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code ?? '')) throw namingPlace(at(inner), error)
      })
    },
    async drafts(): Promise<string[]> {
      const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isDirectory() && entry.name.endsWith(PART))
        .map(({ name }) => name.slice(0, -PART.length))
    },
    dropDraft: (name: string): Promise<void> => rm(at(`${name}${PART}`), { recursive: true, force: true }),
  }
}

/**
 * A directory that is written into; it and its sub-folders are made as needed. A file appears under its name when its
 * sink is closed, so that what lay there before is whole until then; by then it is on the disk itself. Node only.
 */
export function writableNodeFolder(path: string): WritableFolder {
  return {
    free: () => freeAt(resolve(path)),
    async create(file): Promise<ByteSink> {
      const target = join(path, file)
      const part = `${target}${PART}`
      await guarded(target, () => mkdir(dirname(target), { recursive: true }))
      const descriptor = await guarded(target, () => openFile(part, 'w'))
      // Once only: a number that was closed may soon be another file's.
      let closing: Promise<void> | null = null
      const shut = () => (closing ??= closeFile(descriptor))
      const abort = async () => {
        await shut().catch(() => {})
        await rm(part, { force: true })
      }
      /** What failed leaves nothing, neither an open file nor its bytes on a disk that may be full. */
      const orAbort = (work: () => Promise<void>) =>
        guarded(target, work).catch(async (error: unknown) => {
          await abort()
          throw error
        })
      return {
        write: (chunk) =>
          orAbort(async () => {
            for (let done = 0; done < chunk.length;)
              done += (await writeFile(descriptor, chunk, done, chunk.length - done, null)).bytesWritten
          }),
        close: () =>
          orAbort(async () => {
            // On the disk before it has its name: after a power cut a name without its bytes would pass for the file.
            await syncFile(descriptor)
            await shut()
            await rename(part, target)
            await syncFolder(dirname(target))
          }),
        abort,
      }
    },
  }
}

/** Makes the names in a folder last. Systems that cannot open a folder keep them anyway. */
async function syncFolder(path: string): Promise<void> {
  const descriptor = await openFile(path, 'r').catch(() => null)
  if (descriptor === null) return
  await syncFile(descriptor).catch(() => {})
  await closeFile(descriptor)
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => Promise.reject(namingPlace(path, error)))
}

/** Bytes free where a folder lies or, before it is made, will lie. */
async function freeAt(path: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch {
    return dirname(path) === path ? null : freeAt(dirname(path))
  }
}

/** The system's reasons for not writing, as errors that say what to do. */
function namingPlace(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('storage-full', { path }, error)
  return code ? fail('file-not-writable', { path, reason: code }, error) : error
}

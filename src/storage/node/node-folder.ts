// For headless/ alone: nothing that the page loads imports this file.
import { close, open, read, write } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { fail } from '../../errors/index'
import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../../contracts/bytes'

// Plain descriptors: a FileHandle that is garbage-collected while open draws a warning from Node.
const openFile = promisify(open)
const closeFile = promisify(close)
const readFile = promisify(read)
const writeFile = promisify(write)
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
          if (entry.name.startsWith('.') || entry.name.endsWith('.part')) continue
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

/** A directory that is read, written into and tidied: checkpoints. Node only. */
export function nodePlace(path: string): FileFolder & WritableFolder & { remove(folder: string): Promise<void> } {
  return {
    ...nodeFolder(path),
    ...writableNodeFolder(path),
    remove: (folder) => rm(join(path, folder), { recursive: true, force: true }),
  }
}

/**
 * A directory that is written into; it and its sub-folders are made as needed. A file appears under its name when its
 * sink is closed, so that what lay there before is whole until then. Node only.
 */
export function writableNodeFolder(path: string): WritableFolder {
  return {
    async create(file): Promise<ByteSink> {
      const target = join(path, file)
      const part = `${target}.part`
      const guarded = <T>(work: Promise<T>) =>
        work.catch((error: unknown) => Promise.reject(namingPlace(target, error)))
      await guarded(mkdir(dirname(target), { recursive: true }))
      const descriptor = await guarded(openFile(part, 'w'))
      // Once only: a number that was closed may soon be another file's.
      let closing: Promise<void> | null = null
      const shut = () => (closing ??= closeFile(descriptor))
      return {
        async write(chunk) {
          for (let done = 0; done < chunk.length;) {
            done += (await guarded(writeFile(descriptor, chunk, done, chunk.length - done, null))).bytesWritten
          }
        },
        async close() {
          await guarded(shut())
          await guarded(rename(part, target))
        },
        async abort() {
          await shut().catch(() => {})
          await rm(part, { force: true })
        },
      }
    },
  }
}

/** The system's reasons for not writing, as errors that say what to do. */
function namingPlace(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return fail('storage-full', { path }, error)
  return code ? fail('file-not-writable', { path, reason: code }, error) : error
}

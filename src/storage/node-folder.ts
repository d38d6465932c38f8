// For headless/ alone: nothing that the page loads imports this file.
import { close, createWriteStream, open, read } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../formats/bytes'

// Plain descriptors: a FileHandle that is garbage-collected while open draws a warning from Node.
const openFile = promisify(open)
const readFile = promisify(read)
/** Descriptors are closed when their source is collected. */
const forgotten = new FinalizationRegistry<Promise<number>>((descriptor) => {
  void descriptor.then((number) => close(number), () => {})
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
        if (bytesRead === 0) throw new RangeError(`${path} ends at ${offset + done}, before ${offset + length}`)
        done += bytesRead
      }
      return bytes
    },
  }
  return source
}

/** A directory as a file folder; hidden files and folders (".git", ".cache") are left out. Node only. */
export function nodeFolder(path: string): FileFolder {
  const root = resolve(path)
  return {
    name: basename(root),
    async list() {
      const found: { path: string; size: number }[] = []
      const walk = async (folder: string): Promise<void> => {
        for (const entry of await readdir(folder, { withFileTypes: true })) {
          if (entry.name.startsWith('.')) continue
          const full = join(folder, entry.name)
          // stat follows links: the hub's cache is made of them.
          const info = await stat(full)
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

/** A directory that is written into; it and its sub-folders are made as needed. Node only. */
export function writableNodeFolder(path: string): WritableFolder {
  return {
    async create(file): Promise<ByteSink> {
      const target = join(path, file)
      await mkdir(dirname(target), { recursive: true })
      const stream = createWriteStream(target)
      let failure: Error | null = null
      stream.on('error', (error) => (failure = error))
      return {
        async write(chunk) {
          if (failure) throw failure
          await new Promise<void>((resolve, reject) => stream.write(chunk, (error) => (error ? reject(error) : resolve())))
        },
        async close() {
          if (failure) throw failure
          stream.end()
          await finished(stream)
        },
        async abort() {
          stream.destroy()
          await rm(target, { force: true })
        },
      }
    },
  }
}

import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { once } from 'node:events'
import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../formats/bytes'

/** A file on disk. Opened for each read, so that nothing has to be closed. */
export async function fileSource(path: string, name = basename(path)): Promise<ByteSource> {
  const { size } = await stat(path)
  return {
    name,
    size,
    async read(offset, length) {
      const out = new Uint8Array(length)
      const file = await open(path, 'r')
      try {
        let done = 0
        while (done < length) {
          const { bytesRead } = await file.read(out, done, length - done, offset + done)
          if (bytesRead === 0) throw new RangeError(`${path}: ${offset} + ${length} is over ${offset + done}`)
          done += bytesRead
        }
      } finally {
        await file.close()
      }
      return out
    },
  }
}

/** A directory on disk as a folder to read and to write; created with its first file. */
export function nodeFolder(directory: string): FileFolder & WritableFolder {
  const root = resolve(directory)
  return {
    name: basename(root),
    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      const files: { path: string; size: number }[] = []
      for (const entry of entries) {
        const full = join(entry.parentPath, entry.name)
        // A hub cache holds links to its files.
        const info = await stat(full).catch(() => null)
        if (info?.isFile()) files.push({ path: relative(root, full).split(sep).join('/'), size: info.size })
      }
      return files.sort((a, b) => (a.path < b.path ? -1 : 1))
    },
    async open(path) {
      const full = join(root, path)
      const info = await stat(full).catch(() => null)
      return info?.isFile() ? fileSource(full, path) : null
    },
    create: (path) => fileSink(join(root, path)),
  }
}

/** Written beside its place and moved there when closed, so that a reader never meets half a file. */
export async function fileSink(path: string): Promise<ByteSink> {
  await mkdir(dirname(path), { recursive: true })
  const partial = `${path}.partial`
  const stream = createWriteStream(partial)
  await once(stream, 'open')
  const ended = new Promise<void>((done, failed) => stream.on('close', done).on('error', failed))
  // Reported by the next write or by close; without a handler Node would end the process.
  ended.catch(() => {})
  return {
    async write(chunk) {
      // The stream keeps the chunk until it is on disk, so wait: the caller may reuse its bytes.
      await new Promise<void>((done, failed) => stream.write(chunk, (error) => (error ? failed(error) : done())))
    },
    async close() {
      stream.end()
      await ended
      await rename(partial, path)
    },
    async abort() {
      stream.destroy()
      await ended.catch(() => {})
      await rm(partial, { force: true })
    },
  }
}

import { fail } from '../errors'
import type { ByteSource, FileFolder } from '../contracts/bytes'

/** A File or Blob, read in slices, so that the browser never holds more of it than was asked for. */
export function fileSource(file: Blob & { name?: string }, name = file.name ?? ''): ByteSource {
  return {
    name,
    size: file.size,
    async read(offset, length) {
      // A browser refuses to read a file that is no longer what was picked.
      const read = await file
        .slice(offset, offset + length)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw fail('file-changed', { file: name }, error)
        })
      if (read.byteLength < length) throw fail('file-changed', { file: name })
      return new Uint8Array(read)
    },
  }
}

/**
 * A folder of files that a person picked or dropped. A path that begins with the folder's own name (as browsers give it
 * in `webkitRelativePath`) loses that part. Hidden files are left out.
 */
export function filesFolder(name: string, files: readonly { path: string; file: File }[]): FileFolder {
  const roots = new Set(files.map(({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')))
  const root = roots.size === 1 ? [...roots][0] : ''
  const byPath = new Map<string, File>()
  for (const { path, file } of files) {
    const inner = root ? path.slice(root.length + 1) : path
    if (!inner.split('/').some((part) => part.startsWith('.'))) byPath.set(inner, file)
  }
  return {
    name: name || root,
    list: async () => [...byPath].map(([path, file]) => ({ path, size: file.size })),
    open: async (path) => {
      const file = byPath.get(path)
      return file ? fileSource(file, path) : null
    },
  }
}

import type { ByteSink, FileFolder, WritableFolder } from '../formats/bytes'
import { fileSource } from '../storage/files-folder'

/** A file kept outside the heap: browsers move large blobs to disk. */
export interface BlobFile {
  path: string
  blob: Blob
}

/** Reads files that are kept as blobs. */
export function readBlobs(name: string, files: readonly BlobFile[]): FileFolder {
  return {
    name,
    list: async () => files.map(({ path, blob }) => ({ path, size: blob.size })),
    open: async (path) => {
      const file = files.find((candidate) => candidate.path === path)
      return file ? fileSource(file.blob, path) : null
    },
  }
}

/** Small writes are gathered into blobs of this size, so that the heap stays flat and the list of parts short. */
const PART_BYTES = 8 << 20

/** Collects written files as blobs; a file appears in `files` once it is closed. */
export function collectBlobs(onBytes?: (total: number) => void): WritableFolder & { readonly files: BlobFile[] } {
  const files: BlobFile[] = []
  let total = 0
  return {
    files,
    async create(path): Promise<ByteSink> {
      const sealed: Blob[] = []
      let open: Uint8Array<ArrayBuffer>[] = []
      let openBytes = 0
      const seal = () => {
        sealed.push(new Blob(open))
        open = []
        openBytes = 0
      }
      return {
        async write(chunk) {
          open.push(chunk.slice())
          openBytes += chunk.length
          total += chunk.length
          if (openBytes >= PART_BYTES) seal()
          onBytes?.(total)
        },
        async close() {
          seal()
          files.push({ path, blob: new Blob(sealed) })
        },
        async abort() {
          sealed.length = 0
          open = []
        },
      }
    },
  }
}

/** The same bytes to two places, front to back. */
export function writeToBoth(first: WritableFolder, second: WritableFolder): WritableFolder {
  return {
    async create(path) {
      const sinks = [await first.create(path), await second.create(path)]
      const each = (act: (sink: ByteSink) => Promise<void>) => async () => {
        for (const sink of sinks) await act(sink)
      }
      return {
        async write(chunk) {
          for (const sink of sinks) await sink.write(chunk)
        },
        close: each((sink) => sink.close()),
        abort: each((sink) => sink.abort()),
      }
    },
  }
}

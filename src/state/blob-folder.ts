import type { ByteSink, FileFolder, WritableFolder } from '../contracts/bytes'
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

/** Collects what is written; a file is in `files` once it is closed. */
export interface Collector extends WritableFolder {
  readonly files: BlobFile[]
  /** Nobody wants what was collected. */
  drop(): Promise<void>
}

/** Small writes are gathered into blobs of this size, so that the heap stays flat and the list of parts short. */
const PART_BYTES = 8 << 20

/** Collects written files as blobs. */
export function collectBlobs(): Collector {
  const files: BlobFile[] = []
  return {
    files,
    drop: async () => void (files.length = 0),
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
          if (openBytes >= PART_BYTES) seal()
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

/** Tells how much has been written so far, all files together. */
export function countBytes(out: WritableFolder, onBytes: (total: number) => void): WritableFolder {
  let total = 0
  return {
    async create(path) {
      const sink = await out.create(path)
      return {
        async write(chunk) {
          await sink.write(chunk)
          onBytes((total += chunk.length))
        },
        close: () => sink.close(),
        abort: () => sink.abort(),
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

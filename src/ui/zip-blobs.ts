import { crc32, zipDirectory, zipHeader } from '../formats/zip'
import type { ZipEntry } from '../formats/zip'
import type { BlobFile } from '../state/blob-folder'

/** One zip of files on disk. It refers to them and copies nothing; they are read once here, for their checksums. */
export async function zipBlobs(files: readonly BlobFile[]): Promise<Blob> {
  const entries: ZipEntry[] = []
  const parts: BlobPart[] = []
  for (const { path, blob } of files) {
    const entry = { path, size: blob.size, crc32: await checksum(blob) }
    entries.push(entry)
    parts.push(zipHeader(entry), blob)
  }
  return new Blob([...parts, zipDirectory(entries)], { type: 'application/zip' })
}

const PIECE_BYTES = 1 << 20
/** A stream that is silent for so long is given up; Chromium's have been seen never to answer. */
const SILENCE_MS = 15_000

async function checksum(blob: Blob): Promise<number> {
  let sum = 0
  for await (const piece of pieces(blob)) sum = crc32(piece, sum)
  return sum
}

/**
 * A blob's bytes, always in the same memory: what a stream allocates by itself piles up until the next collection.
 * Slice by slice where the browser's blobs cannot be read so, and from where a stream fell silent.
 */
async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = ownReader(blob)
  let at = 0
  let memory = new ArrayBuffer(PIECE_BYTES)
  while (reader) {
    const piece = await unlessSilent(reader.read(new Uint8Array(memory)))
    if (!piece) {
      // Not awaited: it may be as silent.
      void reader.cancel().catch(() => {})
      break
    }
    if (piece.done) return
    at += piece.value.length
    yield piece.value
    memory = piece.value.buffer
  }
  for (; at < blob.size; at += PIECE_BYTES) yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer())
}

/** null where the promise has not settled in time. */
async function unlessSilent<T>(promise: Promise<T>): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, SILENCE_MS, null)))
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer))
}

/** null where the browser's blobs cannot be read into memory of one's own. */
function ownReader(blob: Blob): ReadableStreamBYOBReader | null {
  try {
    return blob.stream().getReader({ mode: 'byob' })
  } catch {
    return null
  }
}

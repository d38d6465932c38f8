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

async function checksum(blob: Blob): Promise<number> {
  let sum = 0
  for await (const piece of pieces(blob)) sum = crc32(piece, sum)
  return sum
}

/** A blob's bytes, always in the same memory: what a stream allocates by itself piles up until the next collection. */
async function* pieces(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = ownReader(blob)
  if (!reader) {
    for (let at = 0; at < blob.size; at += PIECE_BYTES)
      yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer())
    return
  }
  let memory = new ArrayBuffer(PIECE_BYTES)
  for (;;) {
    const piece: ReadableStreamReadResult<Uint8Array<ArrayBuffer>> = await reader.read(new Uint8Array(memory))
    if (piece.done) return
    yield piece.value
    memory = piece.value.buffer
  }
}

/** null where the browser's blobs cannot be read into memory of one's own. */
function ownReader(blob: Blob): ReadableStreamBYOBReader | null {
  try {
    return blob.stream().getReader({ mode: 'byob' })
  } catch {
    return null
  }
}

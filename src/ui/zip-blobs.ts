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

async function checksum(blob: Blob): Promise<number> {
  let sum = 0
  const reader = blob.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return sum
    sum = crc32(value, sum)
  }
}

import { Zip, ZipPassThrough } from 'fflate'
import type { BlobFile } from '../state/blob-folder'

/** Weights do not compress, so files are stored as they are; parts become blobs at once, so that the heap stays flat. */
export async function zipBlobs(files: readonly BlobFile[]): Promise<Blob> {
  const parts: Blob[] = []
  let failure: Error | null = null
  const zip = new Zip((error, chunk) => {
    if (error) failure = error
    else parts.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
  })
  for (const { path, blob } of files) {
    const entry = new ZipPassThrough(path)
    zip.add(entry)
    const reader = blob.stream().getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      entry.push(value)
    }
    entry.push(new Uint8Array(), true)
  }
  zip.end()
  if (failure) throw failure
  return new Blob(parts, { type: 'application/zip' })
}

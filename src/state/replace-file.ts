import { MANIFEST, manifestBytes, readManifest } from '../formats/manifest'
import { sha256Of } from '../formats/sha256'
import type { BlobFile } from './blob-folder'
import { readBlobs } from './blob-folder'

/** Kept files with another text in the place of one of them, and a manifest that says so. */
export async function replaceFile(files: readonly BlobFile[], path: string, text: string): Promise<BlobFile[]> {
  const file = { path, blob: new Blob([text]) }
  const others = files.filter((one) => one.path !== path && one.path !== MANIFEST)
  const manifest = await readManifest(readBlobs('', files))
  if (!manifest || manifest === 'damaged') return [...others, file]
  const sha256 = await sha256Of((await readBlobs('', [file]).open(path))!)
  const written = manifestBytes({
    ...manifest,
    files: { ...manifest.files, [path]: { bytes: file.blob.size, sha256 } },
  })
  return [...others, file, { path: MANIFEST, blob: new Blob([written as Uint8Array<ArrayBuffer>]) }]
}

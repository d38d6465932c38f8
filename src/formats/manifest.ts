import type { ByteSink, FileFolder, WritableFolder } from '../contracts/bytes'
import { readText } from './folders'
import { createSha256, sha256Of } from './sha256'

/** Names every other file of a folder that was written here, and is written last: with it the folder is whole. */
export const MANIFEST = 'manifest.json'

export interface Manifest {
  version: 1
  /** What the folder holds, for those who would not open its files to know. */
  about: Record<string, unknown>
  /** In the order of writing. */
  files: Record<string, { bytes: number; sha256: string }>
}

/**
 * Write a folder through `write`, every file hashed on its way, and its manifest last.
 * @returns what `write` gave, and the manifest as it was written
 */
export async function withManifest<T>(
  out: WritableFolder,
  about: Manifest['about'],
  write: (out: WritableFolder) => Promise<T>,
): Promise<{ value: T; manifest: Uint8Array }> {
  const files: Manifest['files'] = {}
  const value = await write({ create: async (path) => hashing(await out.create(path), (file) => (files[path] = file)) })
  const manifest = manifestBytes({ version: 1, about, files })
  const sink = await out.create(MANIFEST)
  await sink.write(manifest)
  await sink.close()
  return { value, manifest }
}

/** The file itself. */
export const manifestBytes = (manifest: Manifest): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`)

function hashing(sink: ByteSink, done: (file: Manifest['files'][string]) => void): ByteSink {
  const hash = createSha256()
  let bytes = 0
  return {
    async write(chunk) {
      // Before it is written: a sink may take the chunk's memory away.
      hash.update(chunk)
      bytes += chunk.length
      await sink.write(chunk)
    },
    async close() {
      await sink.close()
      done({ bytes, sha256: hash.hex() })
    },
    abort: () => sink.abort(),
  }
}

/** null where there is none; 'damaged' where there is one that cannot be understood. */
export async function readManifest(folder: FileFolder): Promise<Manifest | 'damaged' | null> {
  const text = await readText(folder, MANIFEST)
  return text === null ? null : (parseManifest(text) ?? 'damaged')
}

function parseManifest(text: string): Manifest | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value) || value.version !== 1 || !isRecord(value.files)) return null
  const files = Object.entries(value.files)
  const named = files.every(
    ([path, file]) => isPlainPath(path) && isRecord(file) && Number.isSafeInteger(file.bytes) && isHex(file.sha256),
  )
  return named ? ({ ...value, about: isRecord(value.about) ? value.about : {} } as Manifest) : null
}

/** What a manifest names lies in its folder: nothing of it leads elsewhere. */
const isPlainPath = (path: string) => path !== '' && path.split('/').every((part) => !/^\.{0,2}$/.test(part))
const isHex = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The first of the files that is not as it was written: missing, of another length or of another hash; null where all
 * are. `only` leaves the others unread.
 */
export async function damagedFile(
  folder: FileFolder,
  manifest: Manifest | 'damaged',
  only?: readonly string[],
  signal?: AbortSignal,
): Promise<string | null> {
  if (manifest === 'damaged') return MANIFEST
  for (const [path, { bytes, sha256 }] of Object.entries(manifest.files)) {
    if (only && !only.includes(path)) continue
    const source = await folder.open(path)
    if (!source || source.size !== bytes || (await sha256Of(source, signal)) !== sha256) return path
  }
  return null
}

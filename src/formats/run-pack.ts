import type { ByteSource, FileFolder } from '../contracts/bytes'
import { fail } from '../errors/index'
import { readText } from './folders'
import { damagedFile, MANIFEST, manifestBytes, readManifest } from './manifest'
import type { Manifest } from './manifest'
import { sha256Of } from './sha256'
import { openZip } from './unzip'

/** A run as one file: a zip with these, and the adapter's files below `adapter/`. */
export const RUN_RECORD = 'record.json'
export const TRAINER_STATE = 'trainer_state.json'
export const ADAPTER_FOLDER = 'adapter/'
/** How such a file ends, so that people know it. */
export const RUN_PACK = '.tunetab-run.zip'

/** What manifest.json says such a file is. */
const KIND = 'run'

/** The manifest of a packed run: what it is called, and the SHA-256 of each file. */
export async function runPackManifest(name: string, folder: FileFolder): Promise<Uint8Array> {
  const files: Manifest['files'] = {}
  for (const { path } of await folder.list()) {
    const source = (await folder.open(path))!
    files[path] = { bytes: source.size, sha256: await sha256Of(source) }
  }
  return manifestBytes({ version: 1, about: { kind: KIND, name }, files })
}

/**
 * Open a run that was packed, every file compared with its hash; null: the archive is none. Throws 'pack-damaged',
 * and what `openZip` throws. Only what the manifest names is in the folder.
 */
export async function openRunPack(source: ByteSource): Promise<{ name: string; folder: FileFolder } | null> {
  const zip = await openZip(source)
  const manifest = await readManifest(zip)
  if (manifest === null || manifest === 'damaged' || manifest.about.kind !== KIND) return null
  const damaged = await damagedFile(zip, manifest)
  if (damaged !== null) throw fail('pack-damaged', { file: source.name, part: damaged })
  const name = typeof manifest.about.name === 'string' ? manifest.about.name : source.name
  const list = async () => Object.entries(manifest.files).map(([path, { bytes }]) => ({ path, size: bytes }))
  return { name, folder: { name, list, open: async (path) => (path in manifest.files ? zip.open(path) : null) } }
}

/** A JSON file of it; null where it is missing or none. */
export async function packedJson(folder: FileFolder, path: string): Promise<unknown> {
  const text = path === MANIFEST ? null : await readText(folder, path)
  try {
    return text === null ? null : (JSON.parse(text) as unknown)
  } catch {
    return null
  }
}

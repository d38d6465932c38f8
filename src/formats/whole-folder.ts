import type { FileFolder, WritableFolder } from '../contracts/bytes'
import { subFolder } from './folders'
import type { Manifest } from './manifest'
import { MANIFEST, manifestBytes, readManifest } from './manifest'

/** A folder in which folders are replaced as a whole: on disk, or in the private file system. */
export interface Place extends FileFolder, WritableFolder {
  /** Give a file another path, at once, replacing what has it. */
  move(from: string, to: string): Promise<void>
  /** Delete a file or an empty folder. What is not there, or not empty, is left as it is. */
  remove(path: string): Promise<void>
  /** Names of the folders that have a draft here, see `draftOf`. */
  drafts(): Promise<string[]>
  /** Delete a draft with all that is in it. */
  dropDraft(name: string): Promise<void>
}

/** Where a folder's next version is written before it takes the folder's name; no reader looks there. */
const draftOf = (name: string): string => `${name}.part`

/** A path below a folder of the place; '' is the place itself. */
const below = (name: string, path: string): string => (name === '' ? path : `${name}/${path}`)
const folderAt = (place: Place, name: string): FileFolder => (name === '' ? place : subFolder(place, name))

/**
 * Write the folder `name` of a place ('': the place itself) so that it is there as a whole or not at all: everything
 * goes into a draft beside it, the manifest last, and then the files take the places of those before them. What an
 * earlier version holds and this one does not goes; files that no manifest names are a stranger's and stay. Whatever
 * fails before the manifest is written leaves the earlier version untouched; what breaks off after it is finished by
 * `finishDrafts`.
 * @param write ends with the manifest, see `withManifest`
 */
export async function writeWhole<T>(
  place: Place,
  name: string,
  write: (out: WritableFolder) => Promise<T>,
): Promise<T> {
  await finishDraft(place, name)
  let value: T
  try {
    value = await write({
      create: (path) => place.create(`${draftOf(name)}/${path}`),
      free: async () => (await place.free?.()) ?? null,
    })
  } catch (error) {
    await place.dropDraft(name).catch(() => {})
    throw error
  }
  await finishDraft(place, name)
  return value
}

/** Finish what broke off between a draft's last byte and its place, and drop the drafts that were never whole. */
export async function finishDrafts(place: Place): Promise<void> {
  for (const name of await place.drafts()) await finishDraft(place, name)
}

/** The manifest is in the folder before any file moves: until all have, the folder is known for a mixture. */
async function finishDraft(place: Place, name: string): Promise<void> {
  const draft = subFolder(place, draftOf(name))
  const folder = folderAt(place, name)
  const manifest = await readManifest(draft)
  if (manifest !== null && manifest !== 'damaged' && (await isComplete(manifest, draft, folder))) {
    const before = await readManifest(folder)
    const sink = await place.create(below(name, MANIFEST))
    await sink.write(manifestBytes(manifest))
    await sink.close()
    for (const path of Object.keys(manifest.files))
      if (await draft.open(path)) await place.move(`${draftOf(name)}/${path}`, below(name, path))
    const stale = before === null || before === 'damaged' ? [] : Object.keys(before.files)
    for (const path of stale) if (!Object.hasOwn(manifest.files, path)) await place.remove(below(name, path))
  }
  await place.dropDraft(name)
}

/** Every file waits in the draft, or has its place already. */
async function isComplete(manifest: Manifest, draft: FileFolder, folder: FileFolder): Promise<boolean> {
  for (const [path, { bytes }] of Object.entries(manifest.files))
    if (((await draft.open(path)) ?? (await folder.open(path)))?.size !== bytes) return false
  return true
}

/** Delete a folder that was written here: the files that its manifest (or, without one, `known`) names. */
export async function removeWhole(place: Place, name: string, known: readonly string[] = []): Promise<void> {
  const manifest = await readManifest(subFolder(place, name))
  // The manifest first: what is half deleted is not whole.
  await place.remove(`${name}/${MANIFEST}`)
  const files = manifest === null || manifest === 'damaged' ? known : Object.keys(manifest.files)
  for (const path of files) await place.remove(`${name}/${path}`)
  await place.remove(name)
}

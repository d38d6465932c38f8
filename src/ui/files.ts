import { directoryOpenLegacy, fileOpenLegacy, fileSaveLegacy } from 'browser-fs-access'

// The library's types leave out the two ways that it chooses between.
declare module 'browser-fs-access' {
  export const fileOpenLegacy: typeof fileOpen
  export const directoryOpenLegacy: typeof directoryOpen
  export const fileSaveLegacy: typeof fileSave
}

// Of the library's two ways always the one that every browser has: a file input and a download. The other, Chromium's
// own dialogues, asks for permission first, refuses folders such as Downloads, and cannot be driven by a test.

export const DATA_ENDINGS = ['.json', '.jsonl', '.ndjson', '.csv', '.tsv', '.txt', '.gz']

/** One file of the person's; null where the dialogue is dismissed. `endings` such as `.json`. */
export async function pickFile(endings: readonly string[]): Promise<File | null> {
  return fileOpenLegacy({ extensions: [...endings] }).catch(nothingIfDismissed)
}

/** Several files of the person's; none where the dialogue is dismissed. */
export async function pickFiles(endings: readonly string[]): Promise<File[]> {
  const picked = await fileOpenLegacy({ extensions: [...endings], multiple: true }).catch(nothingIfDismissed)
  return picked ?? []
}

/** Every file of a folder with its path below it, and the folder's own name; null where the dialogue is dismissed. */
export async function pickFolder(): Promise<{ name: string; files: { path: string; file: File }[] } | null> {
  const picked = await directoryOpenLegacy({ recursive: true }).catch(nothingIfDismissed)
  const files = (picked ?? []) as File[]
  if (files.length === 0) return null
  return {
    name: files[0].webkitRelativePath.split('/')[0],
    files: files.map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file })),
  }
}

/** A download of a blob under a name. */
export function saveBlob(name: string, blob: Blob): void {
  void fileSaveLegacy(blob, { fileName: name })
}

function nothingIfDismissed(error: unknown): null {
  if ((error as Error).name === 'AbortError') return null
  throw error
}

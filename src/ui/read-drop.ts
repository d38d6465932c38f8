import type { PathFile } from './intake'

/**
 * Files of a drop; of a dropped folder everything below it, with paths relative to it. Must be called in the event
 * itself.
 */
export async function readDrop(transfer: DataTransfer): Promise<{ name: string; files: PathFile[] }> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null).filter((entry) => entry !== null)
  const loose = [...transfer.files]
  if (!entries.some((entry) => entry.isDirectory)) {
    return { name: loose[0]?.name ?? '', files: loose.map((file) => ({ path: file.name, file })) }
  }
  const files: PathFile[] = []
  for (const entry of entries) await walk(entry, entry.isDirectory && entries.length === 1 ? null : '', files)
  return { name: entries[0].name, files }
}

/** `prefix` null: this folder is the root and its own name is left out of the paths. */
async function walk(entry: FileSystemEntry, prefix: string | null, into: PathFile[]): Promise<void> {
  const path = prefix === null ? '' : `${prefix}${entry.name}`
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))
    into.push({ path, file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    // A reader hands out at most a hundred entries a time.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (batch.length === 0) return
    for (const child of batch) await walk(child, path ? `${path}/` : '', into)
  }
}

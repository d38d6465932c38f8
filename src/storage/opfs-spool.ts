import type { WritableFolder } from '../contracts/bytes'
import { holdLock, locksHeld } from './locks'
import { appendFile, hasOpfs, opfsDirectory, removeEntry } from './opfs'

/** Files on their way out of the page, on disk instead of in memory. */
export interface Spool extends WritableFolder {
  /** Those whose sinks are closed; reading them reads the disk. */
  readonly files: { path: string; blob: File }[]
  /** Delete them at once: nobody wants them. */
  drop(): Promise<void>
}

const PATH = 'spool'
/** A download that has not been copied by then has failed. */
const KEEP_MS = 15 * 60_000

/** Whether a page can write into the private file system here; Safari before 26 lets workers alone. */
export function canSpool(): boolean {
  return hasOpfs() && typeof FileSystemFileHandle !== 'undefined' && 'createWritable' in FileSystemFileHandle.prototype
}

/**
 * A place for one export. The browser copies a download from here in its own time, so the files outlive the export:
 * they go with a later export, or at the next visit.
 */
export async function openSpool(now = Date.now()): Promise<Spool> {
  visit ??= beginVisit()
  const parent = await visit
  await dropOld(parent, now)
  const name = String(now)
  const directory = await parent.getDirectoryHandle(name, { create: true })
  const files: Spool['files'] = []
  let number = 0
  return {
    files,
    async create(path) {
      // One directory, whatever the path: the name is the download's business.
      const file = String(number++)
      const sink = await appendFile(directory, file, 0)
      return {
        write: (chunk) => sink.write(chunk),
        abort: () => sink.abort(),
        async close() {
          await sink.close()
          files.push({ path, blob: await (await directory.getFileHandle(file)).getFile() })
        },
      }
    },
    drop: () => removeEntry(parent, name),
  }
}

let visit: Promise<FileSystemDirectoryHandle> | null = null

/** This visit's directory; those of visits that are over are deleted. */
async function beginVisit(): Promise<FileSystemDirectoryHandle> {
  const lock = (name: string) => `tunetab-spool:${name}`
  const root = await opfsDirectory(PATH)
  const held = await locksHeld()
  for await (const [name] of root.entries()) if (!held.includes(lock(name))) await removeEntry(root, name)
  const id = crypto.randomUUID()
  await holdLock(lock(id))
  return root.getDirectoryHandle(id, { create: true })
}

async function dropOld(parent: FileSystemDirectoryHandle, now: number): Promise<void> {
  for await (const [name] of parent.entries()) if (Number(name) < now - KEEP_MS) await removeEntry(parent, name)
}

import type { WritableFolder } from '../contracts/bytes'
import { collectBlobs } from '../state/blob-folder'
import type { Saver } from '../state/export-room'
import { canSpool, openSpool } from '../storage/opfs-spool'
import { saveBlob } from './files'
import { zipBlobs } from './zip-blobs'

/** Chromium's folder dialogue; TypeScript's page library does not know it. */
type PickDirectory = (options: { mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>

/** The browser's ways to get files out of the page. */
export function browserSaver(): Saver {
  const pick = (window as { showDirectoryPicker?: PickDirectory }).showDirectoryPicker
  return {
    saveBlob,
    collect: async () => (canSpool() ? openSpool() : collectBlobs()),
    collectInMemory: collectBlobs,
    zip: zipBlobs,
    pickFolder: pick && (async () => pickedFolder(await pick.call(window, { mode: 'readwrite' }))),
  }
}

/** Streams files into a folder on disk; the browser swaps each one in when it is closed. */
function pickedFolder(directory: FileSystemDirectoryHandle): WritableFolder {
  return {
    async create(path) {
      const parts = path.split('/')
      let parent = directory
      for (const part of parts.slice(0, -1)) parent = await parent.getDirectoryHandle(part, { create: true })
      const stream = await (await parent.getFileHandle(parts.at(-1)!, { create: true })).createWritable()
      return {
        write: (chunk) => stream.write(chunk as Uint8Array<ArrayBuffer>),
        close: () => stream.close(),
        abort: () => stream.abort(),
      }
    },
  }
}

import type { Saver } from '../state/export-room'
import { zipBlobs } from './zip-blobs'
import { saveBlob } from './save-blob'

/** The browser's ways to get files out of the page. */
export function browserSaver(): Saver {
  return { saveBlob, zip: zipBlobs }
}

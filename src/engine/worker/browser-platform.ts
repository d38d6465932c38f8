import licence from '@wllama/wllama/LICENCE?url&no-inline'
// oxlint-disable-next-line import/default -- Vite gives the address as the default export
import script from '@wllama/wllama/esm/index.min.js?url&no-inline'
import wasm from '@wllama/wllama/esm/wasm/wllama.wasm?url&no-inline'
import type { ClientAsset } from '../../contracts/exports'
import { openGpu } from '../../gpu/device'
import { filesFolder, fileSource } from '../../storage/files-folder'
import { httpFile, httpFolder } from '../../storage/http-folder'
import { openHub } from '../../storage/hub'
import { hasOpfs } from '../../storage/opfs'
import { checkpointPlace } from '../../storage/opfs-checkpoints'
import { browserTuningStore } from '../../storage/tuning-store'
import type { Platform } from '../core/platform'

const ASSETS: Record<ClientAsset, string> = {
  'wllama.js': script,
  'wllama.wasm': wasm,
  'wllama-licence.txt': licence,
}

/** The engine's surroundings in a browser's worker. `base` is the page's address, below which public/ lies. */
export function browserPlatform(base: string): Platform {
  return {
    openGpu: () => openGpu(navigator.gpu),
    builtinModel: () => httpFolder(new URL('demo-model/', base)),
    sample: (name) => httpFile(name, new URL(`samples/${name}`, base)),
    asset: (name) => httpFile(name, new URL(ASSETS[name], import.meta.url)),
    hub: (location, on, signal) => openHub(location, on, signal),
    folderOfFiles: filesFolder,
    sourceOfFile: (file) => fileSource(file),
    tuning: { store: browserTuningStore(), surroundings: navigator.userAgent },
    checkpoints: async (runId) => (hasOpfs() ? checkpointPlace(runId) : null),
  }
}

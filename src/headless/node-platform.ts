import { join } from 'node:path'
import type { Platform } from '../engine/core/platform'
import { filesFolder, fileSource } from '../storage/files-folder'
import { nodeFile, nodeFolder } from '../storage/node/node-folder'
import { fileTuningStore } from '../storage/node/tuning-file'
import { clientAsset } from './client-asset'
import type { GpuKind } from './dawn'
import { openDawn } from './dawn'

/** The engine's surroundings in Node: Dawn, and the repository's public/ folder on disk. */
export function nodePlatform(gpu: GpuKind, root: string): Platform {
  return {
    openGpu: () => openDawn(gpu),
    builtinModel: async () => nodeFolder(join(root, 'public/demo-model')),
    sample: (name) => nodeFile(join(root, 'public/samples', name)),
    asset: clientAsset,
    folderOfFiles: filesFolder,
    sourceOfFile: fileSource,
    tuning: { store: fileTuningStore(), surroundings: `Node ${process.versions.node}` },
  }
}

import { createEngine as createCore } from '../engine/core/core'
import type { Engine } from '../engine/api/types'
import type { GpuKind } from './dawn'
import { nodePlatform } from './node-platform'
import { loadLanguageModel } from '../model/loading/load-model'

/**
 * The engine in Node, on Dawn. The package `webgpu` must be installed beside it.
 * @param gpu "auto" takes a real GPU where there is one
 */
export const createEngine = (gpu: GpuKind = 'auto'): Engine => createCore(nodePlatform(gpu, '.'), loadLanguageModel)

export { nodeFile, nodeFolder, writableNodeFolder } from '../storage/node/node-folder'
export { TuneError } from '../errors/index'
export { fileDefaults, recommendedRun } from '../run-file/run-file'
export type * from '../engine/api/types'
export type { ByteSource, FileFolder, WritableFolder } from '../contracts/bytes'
export type { RunFile } from '../run-file/run-file'

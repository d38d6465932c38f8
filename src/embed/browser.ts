import { createEngineClient } from '../engine/client/client'

/**
 * The engine in a page of your own: a worker that owns the GPU, and an object whose methods answer with promises.
 * @param base below which `demo-model/` lies, for `{ kind: 'builtin' }`; absent: the page's own address
 */
export const createEngine = (base?: string) => createEngineClient(base)

export { errorText, TuneError } from '../errors/index'
export { fileDefaults, recommendedRun } from '../run-file/run-file'
export type * from '../engine/api/types'
export type { ByteSource, FileFolder, WritableFolder } from '../contracts/bytes'
export type { RunFile } from '../run-file/run-file'

import type { ErrorCatalog } from './catalog'

/** Errors of gpu: a message names cause, consequence and next action, in that order. */
export const gpuErrors = {} satisfies ErrorCatalog

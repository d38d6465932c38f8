import type { ErrorCatalog } from './catalog'

/** Errors of storage: a message names cause, consequence and next action, in that order. */
export const storageErrors = {} satisfies ErrorCatalog

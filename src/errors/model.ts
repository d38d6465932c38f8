import type { ErrorCatalog } from './catalog'

/** Errors of model: a message names cause, consequence and next action, in that order. */
export const modelErrors = {} satisfies ErrorCatalog

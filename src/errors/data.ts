import type { ErrorCatalog } from './catalog'

/** Errors of data: a message names cause, consequence and next action, in that order. */
export const dataErrors = {} satisfies ErrorCatalog

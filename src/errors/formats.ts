import type { ErrorCatalog } from './catalog'

/** Errors of formats: a message names cause, consequence and next action, in that order. */
export const formatsErrors = {} satisfies ErrorCatalog

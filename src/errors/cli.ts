import type { ErrorCatalog } from './catalog'

/** Errors of cli: a message names cause, consequence and next action, in that order. */
export const cliErrors = {} satisfies ErrorCatalog

import type { ErrorCatalog } from './catalog'

/** Errors of train: a message names cause, consequence and next action, in that order. */
export const trainErrors = {} satisfies ErrorCatalog

import { isHubId } from '../contracts/hub-id'

/**
 * What a base model is called outside of this machine: a hub id as it is, of a path only its last part, as exports name
 * a model by its folder. Where it lies, with the home's name in it, is nobody's business elsewhere.
 */
export const baseWithoutPath = (name: string): string =>
  isHubId(name) ? name : (name.split(/[\\/]/).findLast((part) => part !== '') ?? '')

/**
 * What an exported adapter names as its base: what it says itself where that means the same everywhere, else `model`,
 * which it is exported with. A path that it brought from another machine leads nowhere here.
 */
export const baseOf = (stated: string | null, model: string): string =>
  stated !== null && (isHubId(stated) || stated === 'builtin') ? stated : model

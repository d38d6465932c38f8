/** Whether a base model's name is a hub's, owner and repository, and so means the same everywhere. */
export const isHubId = (name: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(name) && !/^\.{1,2}\//.test(name)

/**
 * What a base model is called outside of this machine: a hub id as it is, of a path only its last part, as exports name
 * a model by its folder. Where it lies, with the home's name in it, is nobody's business elsewhere.
 */
export const baseWithoutPath = (name: string): string =>
  isHubId(name) ? name : (name.split(/[\\/]/).findLast((part) => part !== '') ?? '')

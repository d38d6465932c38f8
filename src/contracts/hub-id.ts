/** One part of a hub's address as it stands there; dots alone would lead elsewhere. */
const isPart = (part: string): boolean => /^[\w.-]{1,100}$/.test(part) && !/^\.+$/.test(part)

/** Whether a name is a hub's, owner and repository, and so means the same everywhere; a relative path is none. */
export const isHubId = (name: string): boolean => isModelId(name) && name.includes('/')

/** Whether a hub may know a model by that name: the oldest have no owner (`gpt2`). */
export const isModelId = (name: string): boolean => {
  const parts = name.split('/')
  return parts.length <= 2 && parts.every(isPart)
}

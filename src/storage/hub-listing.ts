/** The hub that is asked where nobody names another. */
export const DEFAULT_HUB = 'https://huggingface.co'

/** A model's files as a hub lists them. */
export interface HubListing {
  /** The commit that the revision stands for; where the hub does not say, the revision itself. */
  commit: string
  files: HubFile[]
}

export interface HubFile {
  path: string
  /** null where the hub's answer leaves it out. */
  size: number | null
  /** Hash of the content as the hub knows it: SHA-256 of a file behind Git LFS, Git's own id of another. */
  oid: string | null
}

/** A listing as it is kept: with where it came from, so that the model can be loaded from there again. */
export interface KeptListing extends HubListing {
  endpoint?: string
}

/** A relative path that stays where it is, can be encoded and is no longer than file systems bear. */
export function isFilePath(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 1000 || /\p{C}/u.test(value)) return false
  return value.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

/** A kept listing; null for one whose writing broke off or whose bytes are no longer what they were. */
export function parseListing(text: string): KeptListing | null {
  try {
    const { commit, files, endpoint } = JSON.parse(text) as KeptListing
    const isFile = ({ path, size, oid }: HubFile) =>
      isFilePath(path) && (size === null || Number.isSafeInteger(size)) && (oid === null || isHash(oid))
    const isListing = isRevision(commit) && files.every(isFile) && (endpoint === undefined || isEndpoint(endpoint))
    return isListing ? { commit, files, endpoint } : null
  } catch {
    return null
  }
}

export const isHash = (value: unknown): value is string =>
  typeof value === 'string' && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

/** A branch may hold slashes and words of any language, but nothing unprintable and no half of a character. */
export const isRevision = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{C}\s]{1,60}$/u.test(value)

/** An address to which paths can be added. */
export function isEndpoint(value: unknown): value is string {
  if (typeof value !== 'string' || !/^https?:\/\/[^/]/.test(value)) return false
  try {
    const { host, search, hash } = new URL(value)
    return host !== '' && search === '' && hash === ''
  } catch {
    return false
  }
}

import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { ByteSource } from '../contracts/bytes'
import { isText } from './hub-layout'
import type { HubFile } from './hub-listing'

/** Compares a file with the hash that a hub's listing gives it, as its bytes pass by. */
export interface ContentHash {
  update(bytes: Uint8Array): void
  /** Ends it. */
  agrees(): boolean
}

/**
 * Files behind Git LFS are listed with the SHA-256 of their content (64 digits), others with Git's own id (40): SHA-1
 * over "blob", the length and the content. null where the listing gives neither, or no length for the latter; weights
 * that come without a SHA-256 are listed with the id of their LFS pointer, which says nothing of them.
 */
export function contentHash({ path, oid, size }: HubFile): ContentHash | null {
  if (oid?.length === 64) return comparing(sha256.create(), oid)
  if (oid?.length !== 40 || size === null || !isText(path)) return null
  const hash = sha1.create()
  hash.update(new TextEncoder().encode(`blob ${size}\0`))
  return comparing(hash, oid)
}

interface Hash {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

const comparing = (hash: Hash, oid: string): ContentHash => ({
  update: (bytes) => void hash.update(bytes),
  agrees: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join('') === oid,
})

const PIECE = 8 << 20

/** Feed the first `bytes` of a file that is here already. */
export async function feed(hash: ContentHash, source: ByteSource, bytes: number): Promise<void> {
  for (let offset = 0; offset < bytes; offset += PIECE)
    hash.update(await source.read(offset, Math.min(PIECE, bytes - offset)))
}

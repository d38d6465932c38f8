import { sha256 } from '@noble/hashes/sha2.js'
import type { ByteSource } from '../contracts/bytes'

/** SHA-256 of bytes that come piece by piece; WebCrypto's takes whole files only. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** In hexadecimal; ends it. */
  hex(): string
}

interface NodeCrypto {
  createHash(name: string): { update(bytes: Uint8Array): unknown; digest(encoding: 'hex'): string }
}

/** Node's own, ten times as fast, where there is one: asked for in a way that leaves a page nothing to import. */
const native = (
  globalThis as { process?: { getBuiltinModule?(name: string): NodeCrypto } }
).process?.getBuiltinModule?.('node:crypto')

export function createSha256(): Sha256 {
  if (native) {
    const hash = native.createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
  }
  const hash = sha256.create()
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  }
}

/** Bytes that are read and hashed at a time. */
const PIECE = 8 << 20

export async function sha256Of(source: ByteSource, signal?: AbortSignal): Promise<string> {
  const hash = createSha256()
  for (let offset = 0; offset < source.size; offset += PIECE) {
    signal?.throwIfAborted()
    hash.update(await source.read(offset, Math.min(PIECE, source.size - offset)))
  }
  return hash.hex()
}

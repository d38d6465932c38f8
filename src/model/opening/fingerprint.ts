import { FNV_32, fnv32, fnv32Text } from '../../contracts/hash'
import { createSha256 } from '../../formats/sha256'
import type { OpenedModel } from './open-model'

type Fingerprinted = Pick<OpenedModel, 'weights' | 'dtype'>

/** Of each tensor this many pieces are read, from its first byte to its last; a small one whole. */
const PIECES = 4
const PIECE_BYTES = 1024

/**
 * Tells one model from another whatever their folders are called: SHA-256 over all tensors' names, types and shapes,
 * and over pieces of every tensor, so that a fine-tune which changed one layer, or one kind, is another model.
 * @param like a print to compare with: it is made in the manner in which that one was
 */
export async function modelFingerprint(model: Fingerprinted, like?: string): Promise<string> {
  if (like !== undefined && !like.startsWith(PREFIX)) return earlierFingerprint(model)
  const hash = createSha256()
  hash.update(namesOf(model))
  for (const [name, { bytes }] of sorted(model)) {
    const whole = bytes <= PIECES * PIECE_BYTES
    const pieces = whole ? 1 : PIECES
    const length = whole ? bytes : PIECE_BYTES
    for (let i = 0; i < pieces; i++) {
      const offset = pieces === 1 ? 0 : Math.floor((i * (bytes - length)) / (pieces - 1))
      hash.update(await model.weights.read(name, offset, length))
    }
  }
  return PREFIX + hash.hex()
}

const PREFIX = 'sha256:'

/** Of checkpoints without a manifest: the first bytes of one tensor of each kind, from a layer of its own. */
async function earlierFingerprint(model: Fingerprinted): Promise<string> {
  let hash = FNV_32
  const mix = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = fnv32(hash, byte)
  }
  const tensors = sorted(model)
  mix(namesOf(model))
  const kindOf = (name: string) => name.replace(/\.\d+\./, '.')
  const kinds = [...new Set(tensors.map(([name]) => kindOf(name)))]
  for (const [i, kind] of kinds.entries()) {
    const alike = tensors.filter(([name]) => kindOf(name) === kind)
    const [name, { bytes }] = alike[Math.floor((i * alike.length) / kinds.length)]
    mix(await model.weights.read(name, 0, Math.min(4096, bytes)))
  }
  return `${tensors.length}-${fnv32Text(hash)}`
}

const sorted = ({ weights }: Fingerprinted) => [...weights.tensors].sort(([a], [b]) => (a < b ? -1 : 1))

function namesOf(model: Fingerprinted): Uint8Array {
  const tensors = sorted(model).map(([name, { dtype, shape }]) => [name, dtype, shape])
  return new TextEncoder().encode(JSON.stringify([model.dtype, tensors]))
}

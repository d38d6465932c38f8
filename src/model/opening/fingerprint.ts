import type { OpenedModel } from './open-model'

/**
 * How far each tensor is read that is looked into: enough to tell two fine-tunes of one model apart, little enough to
 * be quick.
 */
const BYTES = 4096

/**
 * Tells one model from another whatever their folders are called: FNV-1a over all tensors' names and shapes, and over
 * the first bytes of one tensor of each kind, from a layer of its own, since a fine-tune may have changed one kind
 * alone.
 */
export async function modelFingerprint({ weights, dtype }: Pick<OpenedModel, 'weights' | 'dtype'>): Promise<string> {
  let hash = 0x811c9dc5
  const mix = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  }
  const tensors = [...weights.tensors].sort(([a], [b]) => (a < b ? -1 : 1))
  mix(
    new TextEncoder().encode(
      JSON.stringify([dtype, tensors.map(([name, { dtype: stored, shape }]) => [name, stored, shape])]),
    ),
  )
  const kindOf = (name: string) => name.replace(/\.\d+\./, '.')
  const kinds = [...new Set(tensors.map(([name]) => kindOf(name)))]
  for (const [i, kind] of kinds.entries()) {
    const alike = tensors.filter(([name]) => kindOf(name) === kind)
    const [name, { bytes }] = alike[Math.floor((i * alike.length) / kinds.length)]
    mix(await weights.read(name, 0, Math.min(BYTES, bytes)))
  }
  return `${tensors.length}-${(hash >>> 0).toString(16)}`
}

import type { OpenedModel } from './model-folder'

/** Tensors that are looked into, and how far: enough to tell two fine-tunes of one model apart, little enough to be quick. */
const TENSORS = 8
const BYTES = 4096

/** Tells one model from another whatever their folders are called: FNV-1a over all tensors' names and shapes and some of their bytes. */
export async function modelFingerprint({ weights, dtype }: Pick<OpenedModel, 'weights' | 'dtype'>): Promise<string> {
  let hash = 0x811c9dc5
  const mix = (bytes: Uint8Array) => {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  }
  const tensors = [...weights.tensors].sort(([a], [b]) => (a < b ? -1 : 1))
  mix(new TextEncoder().encode(JSON.stringify([dtype, tensors.map(([name, { dtype: stored, shape }]) => [name, stored, shape])])))
  for (let i = 0; i < TENSORS; i++) {
    const [name, { bytes }] = tensors[Math.floor((i * (tensors.length - 1)) / (TENSORS - 1))]
    mix(await weights.read(name, 0, Math.min(BYTES, bytes)))
  }
  return `${tensors.length}-${(hash >>> 0).toString(16)}`
}

import type { CacheType } from './answers'

/** Where keys and values of a layer stand: keys [slots, capacity, K D], then, from element `values` on, the values. */
export interface CacheLayout {
  slots: number
  /** Tokens of a slot. */
  capacity: number
  dtype: CacheType
  /** A multiple of 64 vectors, where a binding may begin. */
  values: number
  bytes: number
}

/** The cache of one layer; a model has one for each. */
export function cacheLayout(
  { kvHeads, headDim }: { kvHeads: number; headDim: number },
  slots: number,
  capacity: number,
  dtype: CacheType,
): CacheLayout {
  const elements = slots * capacity * kvHeads * headDim
  const values = Math.ceil(elements / 256) * 256
  const elementBytes = dtype === 'f16' ? 2 : 4
  return { slots, capacity, dtype, values, bytes: (values + Math.ceil(elements / 8) * 8) * elementBytes }
}

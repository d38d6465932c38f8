import type { LoraPair } from '../../contracts/lora'

/**
 * Add an adapter's change to rows of a weight, in place: W + (B A) * scale, as PEFT's merge computes it on a float
 * model.
 * `rows` holds [count, in] f32 beginning with row `from`. Sums run over the rank in order with fused multiply and add,
 * as the BLAS that torch calls does; every step rounds to f32.
 *
 * Source: peft 0.21 `tuners/lora/layer.py`, `Linear.get_delta_weight` and `merge`.
 */
export function addLora(rows: Float32Array, from: number, pair: LoraPair, scale: number): void {
  const { A, B, r, inFeatures } = pair
  const delta = new Float32Array(inFeatures)
  const factor = Math.fround(scale)
  for (let row = 0; row * inFeatures < rows.length; row++) {
    delta.fill(0)
    for (let k = 0; k < r; k++) {
      const b = B[(from + row) * r + k]
      // The f64 product of two f32 is exact and its sum is rounded to 53 bits before the store rounds to 24: as a fused
      // operation but where those 53 bits end on a tie, once in some 2^29 sums, and then by one last bit of the change.
      for (let j = 0, a = k * inFeatures; j < inFeatures; j++, a++) delta[j] = delta[j] + b * A[a]
    }
    const start = row * inFeatures
    for (let j = 0; j < inFeatures; j++) rows[start + j] += Math.fround(delta[j] * factor)
  }
}

import type { ModelConfig } from '../contracts/model'

/**
 * cos and sin for positions [0, T), interleaved [T, D/2, 2], with the frequency scaling of the config.
 * Frequencies and angles are rounded to f32 where transformers' rotary embedding computes in f32
 * (`modeling_rope_utils.py`), so that both see the same angle at far positions.
 */
export function ropeTable(config: ModelConfig, T: number): Float32Array {
  const half = config.headDim / 2
  const frequencies = inverseFrequencies(config)
  const table = new Float32Array(T * half * 2)
  for (let t = 0; t < T; t++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(t * frequencies[i])
      table[(t * half + i) * 2] = Math.cos(angle)
      table[(t * half + i) * 2 + 1] = Math.sin(angle)
    }
  }
  return table
}

/** Radians a position by which each of D/2 pairs turns, with the frequency scaling of the config. */
export function inverseFrequencies(config: ModelConfig): Float32Array {
  const { headDim, ropeTheta, ropeScaling } = config
  const plain = Float32Array.from(
    { length: headDim / 2 },
    (_, i) => 1 / Math.fround(ropeTheta ** Math.fround((2 * i) / headDim)),
  )
  if (!ropeScaling) return plain
  if (ropeScaling.type === 'linear') return plain.map((f) => f / ropeScaling.factor)
  const { factor, lowFreqFactor, highFreqFactor, originalMaxPosition } = ropeScaling
  return plain.map((f) => {
    const wavelength = (2 * Math.PI) / f
    if (wavelength > originalMaxPosition / lowFreqFactor) return f / factor
    if (wavelength < originalMaxPosition / highFreqFactor) return f
    const smooth = (originalMaxPosition / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
    return ((1 - smooth) * f) / factor + smooth * f
  })
}

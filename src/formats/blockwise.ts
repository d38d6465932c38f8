/** Codes and one f32 scale a block of an 8-bit block-wise quantised array. */
export interface Blockwise {
  /** One code a value. */
  codes: Uint8Array
  /** Largest magnitude of each block. */
  absmax: Float32Array
}

/**
 * Quantise to 8 bits against a sorted 256-entry map, block by block (the last may be short), as bitsandbytes' CPU
 * library does: scale by the block's reciprocal absmax, cut [-1, 1] into 65536 steps, take the step's nearest map
 * entry.
 * So values nearer to a map entry's border than 1.5e-5 may fall on its other side, and 0 becomes the entry nearest to
 * 1.5e-5; CUDA's kernel searches the map itself. A block of zeros gets absmax 0 and codes 0.
 *
 * Source: found from the outputs of bitsandbytes 0.50's `cquantize_blockwise_cpu_fp32`; equal on millions of values.
 */
export function quantizeBlockwise(values: Float32Array, map: Float32Array, blockSize = 256): Blockwise {
  const table = nearestTable(map)
  const codes = new Uint8Array(values.length)
  const absmax = new Float32Array(Math.ceil(values.length / blockSize))
  for (let block = 0; block < absmax.length; block++) {
    const start = block * blockSize
    const end = Math.min(start + blockSize, values.length)
    let max = 0
    for (let i = start; i < end; i++) max = Math.max(max, Math.abs(values[i]))
    absmax[block] = max
    if (max === 0) continue
    const inverse = Math.fround(1 / max)
    for (let i = start; i < end; i++) codes[i] = table[tableIndex(Math.fround(values[i] * inverse))]
  }
  return { codes, absmax }
}

/** The inverse: map[code] * absmax of its block, rounded to f32. */
export function dequantizeBlockwise({ codes, absmax }: Blockwise, map: Float32Array, blockSize = 256): Float32Array {
  return Float32Array.from(codes, (code, i) => map[code] * absmax[Math.floor(i / blockSize)])
}

/** Step of [-1, 1] that a scaled value falls into, 0..65535; every rounding in f32. */
export function tableIndex(scaled: number): number {
  const x = Math.min(1, Math.max(-1, scaled))
  return Math.floor(Math.fround(Math.fround(Math.fround(x + 1) * 32767.5) + 0.5))
}

const tables = new WeakMap<Float32Array, Uint8Array>()

/** For each of 65536 steps over [-1, 1] the index of the nearest map entry, the lower one at a tie. */
export function nearestTable(map: Float32Array): Uint8Array {
  const known = tables.get(map)
  if (known) return known
  const table = new Uint8Array(65536)
  let right = 1
  for (let i = 0; i < 65536; i++) {
    const x = Math.fround(Math.fround(Math.fround(2 * i) / 65535) - 1)
    while (right < 255 && map[right] < x) right++
    const toLeft = Math.fround(Math.abs(x - map[right - 1]))
    const toRight = Math.fround(Math.abs(map[right] - x))
    table[i] = toRight < toLeft ? right : right - 1
  }
  tables.set(map, table)
  return table
}

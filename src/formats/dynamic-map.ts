/**
 * bitsandbytes' dynamic 8-bit map: 256 f32 values in [-1, 1] (signed) or [0, 1] (unsigned), ascending. For each decade
 * 10^(i-6), i = 0..6, the midpoints of n equal parts of [0.1, 1], n = 2^i (signed, both signs) or 2^(i+1); then 0 and
 * 1.
 *
 * Source: `create_dynamic_map` of bitsandbytes 0.50, `functional.py`; bit for bit what it gives on a processor with FMA
 * (on others torch's linspace rounds twice and a sixth of the values differ in the last bit).
 */
export function dynamicMap(signed: boolean): Float32Array {
  const values: number[] = [0, 1]
  for (let i = 0; i < 7; i++) {
    const parts = 2 ** (signed ? i : i + 1)
    const edges = linspace(Math.fround(0.1), 1, parts + 1)
    const scale = Math.fround(10 ** (i - 6))
    for (let k = 0; k < parts; k++) {
      const middle = Math.fround(Math.fround(edges[k] + edges[k + 1]) / 2)
      const value = Math.fround(scale * middle)
      values.push(value)
      if (signed) values.push(-value)
    }
  }
  return Float32Array.from(values).sort()
}

/** torch.linspace in f32: counted from both ends to the middle, multiply and add fused. */
function linspace(start: number, end: number, count: number): Float32Array {
  const step = Math.fround(Math.fround(end - start) / (count - 1))
  const half = Math.floor(count / 2)
  // The f64 product of two f32 is exact; for the few sums of this map the store into the f32 array gives what a fused
  // operation gives.
  return Float32Array.from({ length: count }, (_, i) => (i < half ? start + step * i : end - step * (count - 1 - i)))
}

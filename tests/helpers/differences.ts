/**
 * Slopes of a scalar function of `values` by central differences in f64, at `probes` places spread over the array. The
 * step of 1e-5 leaves an error near 1e-9 for functions of unit size: truncation 1e-10, rounding 1e-11 of the sums.
 */
export function differences(values: Float64Array, f: () => number, probes = 8): { at: number; slope: number }[] {
  const step = 1e-5
  return Array.from({ length: Math.min(probes, values.length) }, (_, probe) => {
    const at = (probe * 7919) % values.length
    const kept = values[at]
    values[at] = kept + step
    const above = f()
    values[at] = kept - step
    const below = f()
    values[at] = kept
    return { at, slope: (above - below) / (2 * step) }
  })
}

/** sum(a * b): turns a tensor-valued function into a scalar one whose gradient with respect to a is b. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < b.length; i++) sum += a[i] * b[i]
  return sum
}

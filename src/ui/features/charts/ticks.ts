/** About `count` round numbers (1, 2 or 5 times a power of ten apart, but no less than `least`) within [low, high]. */
export function linearTicks(low: number, high: number, count: number, least = 0): number[] {
  if (!(high > low)) return [low]
  const rough = Math.max((high - low) / Math.max(1, count), least)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Products, not sums: adding 0.1 ten times is not 1.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** 1, 2 and 5 times powers of ten within [low, high]; only the powers where that would be many. */
export function logTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low))
  const to = Math.ceil(Math.log10(high))
  const factors = to - from > 3 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let exponent = from; exponent <= to; exponent++) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${exponent}`)
      if (tick >= low && tick <= high) ticks.push(tick)
    }
  }
  return ticks.length > 1 ? ticks : linearTicks(low, high, 4)
}

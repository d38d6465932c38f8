/**
 * Python's `random.Random`, number for number, for a whole seed below 2^32: the Mersenne Twister MT19937 (Matsumoto and
 * Nishimura 1998) and the ways in which CPython draws from it.
 */
export class PythonRandom {
  private readonly state = new Uint32Array(624)
  private at = 624
  private spare: number | null = null

  constructor(seed: number) {
    const { state } = this
    // init_by_array([seed]): a plain start, stirred with the key, then once more.
    state[0] = 19650218
    for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i
    let i = 1
    const next = () => {
      if (++i < 624) return
      state[0] = state[623]
      i = 1
    }
    const mixed = (factor: number) => Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), factor)
    for (let k = 0; k < 624; k++, next()) state[i] = (state[i] ^ mixed(1664525)) + seed
    for (let k = 0; k < 623; k++, next()) state[i] = (state[i] ^ mixed(1566083941)) - i
    state[0] = 0x80000000
  }

  /** A number from 0 on and below 1, of 53 bits. */
  random(): number {
    const high = this.word() >>> 5
    const low = this.word() >>> 6
    return (high * 67108864 + low) / 9007199254740992
  }

  /** Normal with mean 0 and deviation 1; every second one is kept from the draw before. */
  gauss(): number {
    if (this.spare !== null) {
      const kept = this.spare
      this.spare = null
      return kept
    }
    const angle = this.random() * 2 * Math.PI
    const radius = Math.sqrt(-2 * Math.log(1 - this.random()))
    this.spare = Math.sin(angle) * radius
    return Math.cos(angle) * radius
  }

  /** A whole number from 0 on and below `count` (at most 2^32 - 1). */
  below(count: number): number {
    const shift = Math.clz32(count)
    let drawn: number
    do drawn = this.word() >>> shift
    while (drawn >= count)
    return drawn
  }

  private word(): number {
    if (this.at === 624) this.refill()
    let y = this.state[this.at++]
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  private refill(): void {
    const { state } = this
    for (let i = 0; i < 624; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff)
      state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.at = 0
  }
}

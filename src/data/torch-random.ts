const N = 624
const M = 397

/**
 * torch's CPU generator: MT19937 seeded by the low 32 bits, as `torch.Generator().manual_seed(seed)`.
 * Source: Matsumoto and Nishimura 1998; aten/src/ATen/core/MT19937RNGEngine.h.
 */
export class TorchGenerator {
  private readonly state = new Uint32Array(N)
  private index = N

  constructor(seed: number) {
    this.state[0] = seed >>> 0
    for (let i = 1; i < N; i++) {
      const previous = this.state[i - 1]
      this.state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
  }

  /** The next 32 random bits. */
  next(): number {
    if (this.index === N) this.twist()
    let y = this.state[this.index++]
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  private twist(): void {
    const s = this.state
    for (let i = 0; i < N; i++) {
      const mixed = (s[i] & 0x80000000) | (s[(i + 1) % N] & 0x7fffffff)
      s[i] = s[(i + M) % N] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
    }
    this.index = 0
  }
}

/** A permutation of 0..n-1, the same as `torch.randperm(n)` with this generator, or one of its own under a seed. */
export function torchPermutation(n: number, from: TorchGenerator | number): number[] {
  const generator = typeof from === 'number' ? new TorchGenerator(from) : from
  const order = Array.from({ length: n }, (_, i) => i)
  for (let i = 0; i < n - 1; i++) {
    const j = i + (generator.next() % (n - i))
    const held = order[i]
    order[i] = order[j]
    order[j] = held
  }
  return order
}

import wgsl from '../../shaders/dropout.wgsl?raw'
import type { Tensor } from '../gpu/tensor'
import { RUN } from './step-words'

/** What kernels that meet dropped elements begin with. */
export const DROPOUT_WGSL = RUN.wgsl + wgsl

/** Dropout of an adapter's branch: `run` is the buffer of `RUN`, with the seed and the micro-step counter. */
export interface Dropout {
  run: Tensor
  rate: number
}

/** The parameters of a kernel that drops elements. */
export function dropoutParams(dropout: Dropout | null): { threshold: number; kept: number } {
  return dropout
    ? { threshold: dropoutThreshold(dropout.rate), kept: 1 / (1 - dropout.rate) }
    : { threshold: 0, kept: 1 }
}

/** An element is dropped when its 32 random bits fall below this. */
function dropoutThreshold(rate: number): number {
  return Math.min(0xffffffff, Math.floor(rate * 2 ** 32))
}

/** The twin of the generator: true = kept. */
export function dropoutKeeps(i: number, site: number, seed: number, step: number, rate: number): boolean {
  const mix = (v: number): number => (Math.imul(v, 1664525) + 1013904223) >>> 0
  let x = mix(i)
  let y = mix((site ^ seed) >>> 0)
  let z = mix(step)
  const round = (): void => {
    x = (x + Math.imul(y, z)) >>> 0
    y = (y + Math.imul(z, x)) >>> 0
    z = (z + Math.imul(x, y)) >>> 0
  }
  round()
  x = (x ^ (x >>> 16)) >>> 0
  y = (y ^ (y >>> 16)) >>> 0
  z = (z ^ (z >>> 16)) >>> 0
  round()
  return x >= dropoutThreshold(rate)
}

import wgsl from '../../shaders/swiglu.wgsl?raw'
import { grid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const forward = { name: 'swiglu_forward', wgsl }

/** act = silu(gate) * up, n elements. */
export function swigluForward(r: Recorder, o: { gate: Tensor; up: Tensor; act: Tensor; n: number }): void {
  r.dispatch({
    source: forward,
    tensors: { gate: o.gate, up: o.up, act: o.act },
    params: { n: o.n },
    workgroups: grid(o.n, 64),
    flops: 6 * o.n,
  })
}

export function swigluReference(gate: ArrayLike<number>, up: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: gate.length }, (_, i) => (gate[i] / (1 + Math.exp(-gate[i]))) * up[i])
}

export function swigluBackwardReference(
  dact: ArrayLike<number>,
  gate: ArrayLike<number>,
  up: ArrayLike<number>,
): { gate: Float64Array; up: Float64Array } {
  const dgate = new Float64Array(gate.length)
  const dup = new Float64Array(gate.length)
  for (let i = 0; i < gate.length; i++) {
    const sigma = 1 / (1 + Math.exp(-gate[i]))
    dgate[i] = dact[i] * up[i] * sigma * (1 + gate[i] * (1 - sigma))
    dup[i] = dact[i] * gate[i] * sigma
  }
  return { gate: dgate, up: dup }
}

import probe from '../../shaders/probe.wgsl?raw'
import reduce from '../../shaders/reduce.wgsl?raw'
import { WHOLE_WORKGROUP, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'

const source = { name: 'count_non_finite', wgsl: reduce + probe }

/** counts[layer] = NaNs and infinities among n elements of x + delta. */
export function countNonFinite(
  r: Recorder,
  o: { x: Tensor; delta: Tensor; counts: Tensor; n: number; layer: number },
): void {
  r.dispatch({
    source,
    defines: WHOLE_WORKGROUP,
    tensors: { x: o.x, delta: o.delta, counts: o.counts },
    params: { n: o.n, layer: o.layer },
    workgroups: [1, 1, 1],
  })
}

import { KERNEL_FIGURES } from '../contracts/figures'
import { namedWords } from '../gpu/words'

/**
 * What the kernels of a micro batch are told. `loss_scale` (f32): 1 / trained tokens of the whole accumulation window;
 * `seed` and `micro_step` (u32): dropout's counters; `batch_scale` (f32): 1 / trained tokens of the micro batch.
 */
export const RUN = namedWords('RUN', ['loss_scale', 'seed', 'micro_step', 'batch_scale'])

/**
 * f32 figures of a step, summed over its micro batches. The clip factor stands last: -1 after a step that was not
 * finite, and then it stays while the figures are cleared, so that it holds later updates back.
 */
export const STATS = namedWords('STATS', [...KERNEL_FIGURES, 'clip'])

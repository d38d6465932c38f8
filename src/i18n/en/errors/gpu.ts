import type { GpuErrors } from '../../../errors/gpu'
import type { ErrorTexts } from '../../../errors/texts'

export const gpuErrors: ErrorTexts<GpuErrors> = {
  'gpu-missing': () =>
    'This browser offers no WebGPU, so nothing can be trained or run here. Use a current Chrome, Edge, Firefox or Safari, and check that hardware acceleration is switched on.',
  'gpu-no-adapter': (p) =>
    `No graphics adapter answered (${p.detail}), so the model cannot be loaded. Update the graphics driver, or allow WebGPU in the browser's settings, then reload.`,
  'gpu-lost': (p) =>
    `The graphics device was lost (${p.reason}), so the work on it has stopped. Reload the model and resume from the last saved state; if it happens again, use a smaller batch or max_length.`,
  'gpu-error': (p) =>
    `The graphics device refused part of the work (${p.detail}), so the result cannot be trusted and was not used. What was saved before is kept. Reload the model and try again, with a smaller batch or max_length if memory may be short.`,
  'gpu-tensor-too-large': (p) =>
    `"${p.tensor}" needs ${p.bytes} bytes in one piece, and this graphics adapter allows ${p.limit}. Nothing was started. Use a smaller per_device_train_batch_size or max_length.`,
  'gpu-out-of-memory': (p) =>
    `The graphics memory is full: ${p.bytes} bytes for ${p.what} could not be had. Nothing that was trained is lost. Close other tabs that use the graphics card, or choose a smaller model, batch or max_length.`,
  'gpu-shader': (p) =>
    `The kernel ${p.kernel} was refused by the graphics driver: ${p.detail}. The work cannot start on this device. Please report this text together with the name of the adapter.`,
}

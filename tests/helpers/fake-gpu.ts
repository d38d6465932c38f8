import type { Gpu } from '../../src/gpu/device'

/** What an engine asks of a device when it opens one, where nothing is computed. */
export function fakeGpu(lost: Promise<string> = new Promise(() => {})): Gpu {
  const kernels = { tuning: { refused: [], nf4InTile: {} }, refuses: async () => false }
  const device = { limits: {}, features: new Set() }
  return { lost, kernels, device, watchErrors: () => () => {}, destroy() {} } as unknown as Gpu
}

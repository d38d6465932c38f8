import { beforeEach, expect, test, vi } from 'vitest'
import type { TuningReport } from '../../src/contracts/tuning'
import { prepareDevice, tuneDevice } from '../../src/engine/core/tune-device'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { defaultTuning } from '../../src/gpu/tuning'
import { searchTuning, verifyVariant } from '../../src/ops/tuner'

vi.mock('../../src/ops/tuner', async (original) => ({
  ...(await original<object>()),
  searchTuning: vi.fn(),
  verifyVariant: vi.fn(),
}))

const REPORT: TuningReport = {
  key: 'k',
  adapter: 'A',
  software: false,
  milliseconds: 900,
  classes: [
    { name: 'nf4 forward', shape: [1, 1, 1, 1], candidates: [], chosen: 'nf4 workgroup 8x4', gflops: 900 },
    { name: 'nf4 backward', shape: [1, 1, 1, 1], candidates: [], chosen: 'unpacked first', gflops: 900 },
  ],
  refused: [],
  flopsPerSubmit: 45e9,
}
const kept = (report: TuningReport | null) => ({
  surroundings: '',
  store: { read: async () => report, write: vi.fn(async () => {}) },
})

let gpu: Gpu
beforeEach(() => {
  const traits = { isSoftware: false, vendor: 'amd', architecture: 'rdna-3', subgroups: null, workgroupBytes: 32768 }
  gpu = {
    info: { vendor: 'amd', architecture: 'rdna-3', description: '' },
    isSoftware: false,
    device: { limits: {}, features: new Set() },
    kernels: new KernelCache({} as Gpu, defaultTuning(traits)),
  } as unknown as Gpu
  vi.mocked(verifyVariant).mockReset().mockResolvedValue(false)
  vi.mocked(searchTuning).mockReset().mockResolvedValue(REPORT)
})

// Memory is planned by the tile, before any product is recorded for use.
test.each([
  ['its defaults are all there is', () => prepareDevice(gpu, undefined), 'nf4 workgroup 8x8'],
  ['a report is kept of it', () => prepareDevice(gpu, kept(REPORT)), 'nf4 workgroup 8x4'],
  ['it is searched', () => prepareDevice(gpu, kept(null)), 'nf4 workgroup 8x4'],
  ['it is searched anew', () => tuneDevice(gpu, undefined), 'nf4 workgroup 8x4'],
])('tiles that decode weights are verified before a device is used where %s', async (_, open, tile) => {
  gpu.kernels.verifyVariant = (name) => verifyVariant(gpu, name as 'row')
  await open()
  expect(vi.mocked(verifyVariant).mock.calls.map(([, name]) => name)).toEqual([tile])
  expect(gpu.kernels.tuning.refused).toEqual([tile])
})

test('what was found is kept, and taken as it was kept the next time', async () => {
  const empty = kept(null)
  expect(await prepareDevice(gpu, empty)).toBe(REPORT)
  expect(empty.store.write).toHaveBeenCalledExactlyOnceWith(REPORT)
  vi.mocked(searchTuning).mockClear()
  expect(await prepareDevice(gpu, kept(REPORT))).toBe(REPORT)
  expect(searchTuning).not.toHaveBeenCalled()
  expect(gpu.kernels.tuning.nf4InTile).toEqual({ forward: 'workgroup 8x4', backward: null })
})

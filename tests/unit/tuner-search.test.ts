import { beforeEach, expect, test, vi } from 'vitest'
import type { Gpu } from '../../src/gpu/device'
import { defaultTuning } from '../../src/gpu/tuning'
import { verifyNf4 } from '../../src/ops/nf4-search'
import { borrowing } from '../../src/ops/run-once'
import { searchTuning } from '../../src/ops/tuner'

// How a search goes about its time, where nothing is computed.

const candidates = ['workgroup 8x4', 'workgroup 4x4'].map((variant) => ({ variant, gflops: 100, note: null }))
vi.mock('../../src/ops/run-once')
vi.mock('../../src/ops/nf4-search', async (original) => ({
  ...(await original<object>()),
  verifyNf4: vi.fn(),
  searchNf4: vi.fn(async (_gpu: unknown, way: string) => ({
    name: `nf4 ${way}`,
    candidates,
    chosen: 'unpacked first',
  })),
}))

let now = 0
const traits = { isSoftware: false, vendor: 'apple', architecture: '', subgroups: null, workgroupBytes: 32768 }
const gpu = (refused: 'workgroup 8x8'[] = []) =>
  ({
    info: { vendor: 'apple', architecture: '', description: '' },
    isSoftware: false,
    features: { f16: false, timestamps: false, subgroups: null },
    device: { limits: { maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 256 } },
    kernels: { tuning: { ...defaultTuning(traits), refused } },
  }) as unknown as Gpu
const search = (of = gpu()) => searchTuning(of, { key: 'k', budgetMs: 100, now: () => now })

beforeEach(() => {
  now = 0
  // A check that is passed, and a race that was run.
  vi.mocked(borrowing).mockReset().mockResolvedValue({ candidates, isCut: false })
  vi.mocked(verifyNf4).mockReset().mockResolvedValue(true)
})

test('each tile is verified once, and none when time is over', async () => {
  expect((await search()).classes.map(({ name }) => name)).toEqual([
    'forward',
    'backward',
    'attention',
    'nf4 forward',
    'nf4 backward',
  ])
  expect(vi.mocked(verifyNf4).mock.calls.map(([, tile]) => tile)).toEqual(['workgroup 8x4', 'workgroup 4x4'])
  vi.mocked(verifyNf4).mockClear()
  vi.mocked(verifyNf4).mockImplementation(async () => {
    now = 101
    return true
  })
  expect((await search()).classes.map(({ name }) => name)).toEqual(['forward', 'backward', 'attention'])
  expect(verifyNf4).toHaveBeenCalledTimes(1)
})

test('what the device refuses is not asked again', async () => {
  const asked = async (of: Gpu) => {
    vi.mocked(borrowing).mockClear()
    const { refused } = await search(of)
    return { refused, calls: vi.mocked(borrowing).mock.calls.length }
  }
  const all = await asked(gpu())
  const less = await asked(gpu(['workgroup 8x8']))
  expect(all.refused).toEqual([])
  expect(less).toEqual({ refused: ['workgroup 8x8'], calls: all.calls - 2 })
})

test('a class for which there is no memory is left out', async () => {
  await search()
  // The products come after the checks.
  const first = vi.mocked(borrowing).mock.calls.length - 3
  let calls = 0
  vi.mocked(borrowing).mockImplementation(async () => {
    if (calls++ === first) throw new Error('no memory')
    return { candidates, isCut: false } as never
  })
  const { classes, refused } = await search()
  expect(classes.map(({ name }) => name)).toEqual(['backward', 'attention', 'nf4 backward'])
  expect(refused).toEqual([])
})

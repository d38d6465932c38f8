import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { TuningReport } from '../../src/contracts/tuning'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { Recorder } from '../../src/gpu/recorder'
import { bufferTensor } from '../../src/gpu/tensor'
import { defaultTuning, type Tuning } from '../../src/gpu/tuning'
import { matmul } from '../../src/ops/matmul'
import { nf4TilesFor } from '../../src/ops/nf4-search'
import { candidatesFor, tuningOf } from '../../src/ops/tuner'
import { fileTuningStore } from '../../src/storage/node/tuning-file'

beforeAll(() => {
  Object.assign(globalThis, { GPUShaderStage: { COMPUTE: 4 } })
})

const device = (
  vendor: string,
  o: { software?: boolean; least?: number; bytes?: number; invocations?: number } = {},
): Parameters<typeof candidatesFor>[0] => ({
  info: { vendor, architecture: '', description: '' },
  isSoftware: o.software ?? false,
  features: { f16: false, timestamps: false, subgroups: o.least ? { least: o.least, most: 32 } : null },
  device: {
    limits: {
      maxComputeWorkgroupStorageSize: o.bytes ?? 32768,
      maxComputeInvocationsPerWorkgroup: o.invocations ?? 256,
    } as GPUSupportedLimits,
  },
})

describe('candidates', () => {
  it('are three to five on every device, and what it cannot run is not among them', () => {
    for (const [of, without] of [
      [device('nvidia', { least: 32 }), /^subgroup/],
      [device('intel', { least: 8 }), /8x4|8x8|of|workgroup/],
      [device('intel'), /8x|subgroup|workgroup/],
      [device('qualcomm', { bytes: 16384 }), /8x8/],
      [device('amd', { invocations: 64 }), /workgroup (8|4x4$)/],
      [device('', { bytes: 0 }), /workgroup/],
      [device('google', { software: true, least: 4 }), /of 8|workgroup/],
    ] as const) {
      const names = candidatesFor(of)
      expect(names.length).toBeGreaterThanOrEqual(3)
      expect(names.length).toBeLessThanOrEqual(5)
      expect(names.filter((name) => without.test(name))).toEqual([])
    }
  })
})

const TRAITS = { isSoftware: false, vendor: 'apple', architecture: '', subgroups: null, workgroupBytes: 32768 }

const BEFORE = { matmulBy: {}, nf4InTile: {} }
const REPORT: TuningReport = {
  key: 'this device',
  adapter: 'A',
  software: false,
  milliseconds: 900,
  classes: [
    {
      name: 'forward',
      shape: [512, 4864, 896, 1],
      candidates: [
        { variant: 'workgroup 4x4', gflops: 900, note: null },
        { variant: 'register 8x4', gflops: 700, note: null },
        { variant: 'workgroup 8x4', gflops: 0, note: 'differs' },
      ],
      chosen: 'workgroup 4x4',
      gflops: 900,
    },
  ],
  refused: ['workgroup 8x4'],
  flopsPerSubmit: 45e9,
}

describe('what a search found', () => {
  function variantTaken(choices: Partial<Tuning>, bTransposed: boolean, N = 896): string | null {
    const host = { device: { createBindGroupLayout: () => ({}) }, counts: { pipelines: 0 } } as unknown as Gpu
    const kernels = new KernelCache(host, defaultTuning(TRAITS))
    kernels.retune(choices)
    const r = new Recorder(kernels)
    const [M, K] = [512, 896]
    const t = (n: number) => bufferTensor('t', 'f32', [n], {} as GPUBuffer)
    matmul(r, { a: t(M * K), b: t(N * K), c: t(M * N), M, N, K, bTransposed })
    return r.dispatches[0].variant
  }

  it('goes before the defaults in its class, and what was refused is never taken', () => {
    expect(variantTaken({}, true)).toBe('workgroup 8x4')
    expect(variantTaken(tuningOf(REPORT, BEFORE), true)).toBe('workgroup 4x4')
    // No class of its own: the defaults, without what was refused.
    expect(variantTaken(tuningOf(REPORT, BEFORE), false)).toBe('workgroup 4x4')
    expect(variantTaken({ refused: ['workgroup 8x4', 'workgroup 4x4'] }, false)).toBe('register 8x4')
    // Register tiles up to 4 x 4 are the twins themselves.
    const refused = ['workgroup 8x4', 'workgroup 4x4', 'register 8x4'] as const
    expect(variantTaken({ refused }, false)).toBe(null)
    expect(variantTaken({ refused, matmulTile: [8, 8] }, false, 4)).toBe(null)
  })

  it('never gives back what was refused once', async () => {
    const kernels = new KernelCache({} as Gpu, defaultTuning(TRAITS))
    kernels.verifyVariant = async () => false
    expect(await kernels.refuses(['row'])).toBe(true)
    kernels.retune(tuningOf(REPORT, BEFORE))
    kernels.retune({ flopsPerSubmit: 1 })
    expect(kernels.tuning.refused).toEqual(['row', 'workgroup 8x4'])
    // Asked once: the second answer is the first one.
    kernels.verifyVariant = async () => true
    expect(await kernels.refuses(['row'])).toBe(true)
  })

  it('says whether weights are decoded in the tile, each way by itself', () => {
    const nf4 = (way: string, chosen: string) => ({ ...REPORT.classes[0], name: `nf4 ${way}`, candidates: [], chosen })
    const found = (...classes: TuningReport['classes']) =>
      tuningOf({ ...REPORT, classes: [...REPORT.classes, ...classes] }, before)
    const [tile, other] = ['workgroup 8x8', 'workgroup 4x4 of 8'] as const
    const before = { matmulBy: {}, nf4InTile: { forward: tile, backward: tile } }
    expect(found(nf4('forward', `nf4 ${other}`), nf4('backward', 'unpacked first')).nf4InTile).toEqual({
      forward: other,
      backward: null,
    })
    // A search that came no further leaves the default of what it did not compare.
    expect(found(nf4('forward', 'unpacked first')).nf4InTile).toEqual({ forward: null, backward: tile })
    expect(found().nf4InTile).toEqual(before.nf4InTile)
    expect(found(nf4('forward', 'nf4 workgroup 8x4')).matmulBy).toEqual(found().matmulBy)
    expect(nf4TilesFor(REPORT.classes[0])).toEqual(['workgroup 4x4'])
  })

  it('of which names that are no longer anything here are dropped', () => {
    const candidates = ['subgroup 16x8 of 8', 'toString', 'register 8x4'].map((variant, i) => ({
      variant,
      gflops: 900 - i,
      note: null,
    }))
    const [one] = REPORT.classes
    const old = (of: Partial<TuningReport>) => tuningOf({ ...REPORT, ...of }, BEFORE)
    expect(variantTaken(old({ classes: [{ ...one, candidates }] }), true)).toBe('register 8x4')
    expect(old({ classes: [{ ...one, candidates: candidates.slice(0, 2) }] }).matmulBy).toEqual({})
    expect(old({ classes: [{ ...one, name: 'nf4 forward', chosen: 'nf4 workgroup 9x9' }] }).nf4InTile).toEqual({})
    expect(old({ refused: ['register 9x9', 'nf4 workgroup 9x9', 'nf4 workgroup 8x8'] }).refused).toEqual([
      'nf4 workgroup 8x8',
    ])
  })

  it('bounds a submit by the rate', () => expect(tuningOf(REPORT, BEFORE).flopsPerSubmit).toBe(45e9))

  it('is kept by device in a file, and a damaged file is an empty one', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'tuning-')), 'deep', 'tuning.json')
    const store = fileTuningStore(path)
    expect(await store.read(REPORT.key)).toBeNull()
    await store.write(REPORT)
    await store.write({ ...REPORT, key: 'another' })
    expect(await store.read(REPORT.key)).toEqual(REPORT)
    expect(await store.read('a third')).toBeNull()
    expect(Object.keys(JSON.parse(await readFile(path, 'utf8')) as object)).toEqual(['this device', 'another'])
    await writeFile(path, '{"this device": {"key": "this device"')
    expect(await store.read(REPORT.key)).toBeNull()
    await writeFile(path, '{"this device": {"key": "this device"}}')
    expect(await store.read(REPORT.key)).toBeNull()
    await store.write(REPORT)
    expect(await store.read(REPORT.key)).toEqual(REPORT)
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { lifetimes, Replay } from '../../src/gpu/replay'
import { grid, Recorder, rowGrid } from '../../src/gpu/recorder'
import { bufferTensor, byteLength, type Tensor } from '../../src/gpu/tensor'
import { defaultTuning } from '../../src/gpu/tuning'

// Recording and placing need no device but one that hands out layouts.
const gpu = {
  device: { createBindGroupLayout: () => ({}), limits: { maxStorageBufferBindingSize: 4096, maxBufferSize: 4096 } },
  counts: { pipelines: 0 },
} as unknown as Gpu
const cache = (isSoftware = true) =>
  new KernelCache(
    gpu,
    defaultTuning({ isSoftware, vendor: '', architecture: '', subgroups: null, workgroupBytes: 16384 }),
  )
/** The same with kernels of its own. */
const fresh = (): Gpu => ({ ...gpu, kernels: cache() })

const ADD = {
  name: 'add',
  wgsl: `struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<\${T_x}>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn add() {}`,
}

const add = (r: Recorder, x: Tensor, y: Tensor, n: number): void =>
  r.dispatch({ source: ADD, tensors: { x, y }, params: { n }, workgroups: grid(n, 64) })

/** a -> b -> c -> d, each twice alive. */
function chain(r: Recorder, { n }: { n: number }): void {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((label) => r.tensor(label, [n]))
  add(r, a, b, n)
  add(r, b, c, n)
  add(r, c, d, n)
}

beforeAll(() => {
  // WebGPU's own numbers; Node has no such global.
  Object.assign(globalThis, { GPUShaderStage: { COMPUTE: 4 } })
})

describe('recording', () => {
  it('keeps dispatches in order, tensors in binding order, and lives from first to last use', () => {
    const r = new Recorder(cache())
    chain(r, { n: 100 })
    expect(r.dispatches.map(({ tensors }) => tensors.map(({ label }) => label).join())).toEqual(['a,b', 'b,c', 'c,d'])
    expect(lifetimes(r)).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
      [2, 2],
    ])
  })

  it('makes one kernel for equal defines, another for another element type', () => {
    const kernels = cache()
    const r = new Recorder(kernels)
    const [x, y, half] = [r.tensor('x', [8]), r.tensor('y', [8]), r.tensor('half', [8], { dtype: 'f16' })]
    add(r, x, y, 8)
    add(r, y, x, 8)
    add(r, half, x, 8)
    const [one, two, three] = r.dispatches.map(({ kernel }) => kernel)
    expect(two).toBe(one)
    expect(three).not.toBe(one)
    expect(three.wgsl).toContain('enable f16;')
    expect(one.wgsl).not.toContain('enable')
  })

  it("refuses tensors that are not the shader's bindings", () => {
    const r = new Recorder(cache())
    const x = r.tensor('x', [8])
    const request = { source: ADD, params: { n: 1 }, workgroups: [1, 1, 1] as [number, number, number] }
    expect(() => r.dispatch({ ...request, tensors: { x } })).toThrow('no tensor for binding "y"')
    expect(() => r.dispatch({ ...request, tensors: { x, y: x, z: x } })).toThrow('do not match')
  })

  it('folds workgroups into two dimensions where one does not hold them', () => {
    expect(grid(65535 * 64, 64)).toEqual([65535, 1, 1])
    const [x, y, z] = grid(65535 * 64 + 1, 64)
    expect([y, z]).toEqual([2, 1])
    expect(x * y).toBeGreaterThanOrEqual(65536)
    expect(x).toBeLessThanOrEqual(65535)
    expect(grid(0, 64)).toEqual([0, 1, 1])
  })

  it('shares rows out by the tuning', () => {
    const r = (isSoftware: boolean) => new Recorder(cache(isSoftware))
    expect(rowGrid(r(true), 17).workgroups).toEqual([3, 1, 1])
    expect(rowGrid(r(false), 17).workgroups).toEqual([17, 1, 1])
  })
})

describe('a replay', () => {
  it('knows its bytes before anything exists, and shares memory unless told not to', () => {
    const shared = new Replay(fresh(), chain, { n: 100 }, { label: 'chain' })
    const apart = new Replay(fresh(), chain, { n: 100 }, { label: 'chain', share: false })
    expect(shared.placement.slots).toHaveLength(2)
    expect(apart.placement.slots).toHaveLength(4)
    expect(shared.bytes).toBe(2 * 400 + 3 * 256)
    expect(shared.dispatchCount).toBe(3)
  })

  it('bounds each submit, and gently cuts it into five, with the same dispatches in the same order', async () => {
    const made: { dispatched: number[]; submits: number; done: number } = { dispatched: [], submits: 0, done: 0 }
    const buffer = { destroy: () => {}, size: 16 }
    const host = fresh()
    const running = {
      ...host,
      counts: { submits: 0, dispatches: 0, bindGroups: 0 },
      buffer: () => buffer,
      watchBuffers: () => () => {},
      device: {
        ...host.device,
        pushErrorScope: () => {},
        popErrorScope: async () => null,
        createShaderModule: () => ({}),
        createPipelineLayout: () => ({}),
        createComputePipelineAsync: async () => ({}),
        createBindGroup: () => ({}),
        createCommandEncoder: () => ({
          beginComputePass: () => ({
            setPipeline: () => {},
            setBindGroup: () => {},
            dispatchWorkgroups: (n: number) => void made.dispatched.push(n),
            end: () => {},
          }),
          finish: () => ({}),
        }),
        queue: {
          writeBuffer: () => {},
          submit: (all: unknown[]) => void (made.submits += all.length),
          onSubmittedWorkDone: async () => void made.done++,
        },
      },
    } as unknown as Gpu
    Object.assign(running, { kernels: new KernelCache(running, { ...cache().tuning, flopsPerSubmit: 100 }) })
    Object.assign(globalThis, { GPUBufferUsage: { UNIFORM: 1, COPY_DST: 2, STORAGE: 4, COPY_SRC: 8 } })
    // Four dispatches of 40 operations, and one that is longer than a submit by itself.
    const flops = [40, 40, 40, 40, 500]
    const replay = new Replay<{ n: number }>(
      running,
      (r, { n }) => {
        const [x, y] = [r.tensor('x', [n]), r.tensor('y', [n])]
        for (const [i, cost] of flops.entries())
          r.dispatch({ source: ADD, tensors: { x, y }, params: { n }, workgroups: [i + 1, 1, 1], flops: cost })
      },
      { n: 8 },
      { label: 'slices' },
    )
    await replay.build()
    await replay.prepare({ n: 8 })
    replay.run({ n: 8 })
    // 40 + 40, 40 + 40, 500.
    expect(made).toEqual({ dispatched: [1, 2, 3, 4, 5], submits: 3, done: 0 })
    made.dispatched.length = made.submits = 0
    running.isGentle = true
    await replay.play({ n: 8 })
    expect(made.dispatched).toEqual([1, 2, 3, 4, 5])
    expect(made.submits).toBe(5)
    expect(made.done).toBe(5)
  })

  it('keeps the choices that it was made with, and takes from later ones what must not be used', async () => {
    const host = fresh()
    const record = (r: Recorder, { n }: { n: number }): void => {
      chain(r, { n })
      // Where weights are unpacked first there is one more dispatch.
      if (!r.tuning.nf4InTile.forward) chain(r, { n })
      const { refused } = r.tuning
      const all = ['row', 'register 8x8', 'register 8x4'] as const
      const variant = n > 50 ? undefined : all.find((name) => !refused.includes(name))
      const [x, y] = [r.tensor('x', [n]), r.tensor('y', [n])]
      r.dispatch({ source: ADD, tensors: { x, y }, params: { n }, workgroups: [1, 1, 1], variant })
    }
    const replay = new Replay(host, record, { n: 100 }, { label: 'kept' })
    host.kernels.retune({ nf4InTile: { forward: 'workgroup 8x8' }, refused: ['row'] })
    const asked: string[] = []
    host.kernels.verifyVariant = async (name) => {
      asked.push(name)
      return name === 'register 8x4'
    }
    host.kernels.compile = async () => {}
    await replay.prepare({ n: 10 })
    // The one that takes the place of another is verified, too.
    expect(asked).toEqual(['row', 'register 8x8', 'register 8x4'])
    expect(host.kernels.tuning.refused).toEqual(['row', 'register 8x8'])
  })

  it('verifies what takes the place of another before it is built', async () => {
    const host = fresh()
    const asked: string[] = []
    host.kernels.verifyVariant = async (name) => {
      asked.push(name)
      return false
    }
    const record = (r: Recorder): void => {
      const all = ['row', 'register 8x8'] as const
      const [x, y] = [r.tensor('x', [8]), r.tensor('y', [8])]
      const variant = all.find((name) => !r.tuning.refused.includes(name))
      r.dispatch({ source: ADD, tensors: { x, y }, params: { n: 8 }, workgroups: [1, 1, 1], variant })
    }
    host.kernels.compile = async () => {
      throw new Error('compiled')
    }
    await expect(new Replay<null>(host, record, null, { label: 'built' }).build()).rejects.toThrow('compiled')
    expect(asked).toEqual(['row', 'register 8x8'])
  })

  it('ends where a graph chooses what is refused', async () => {
    const host = fresh()
    host.kernels.verifyVariant = async () => false
    const record = (r: Recorder): void => {
      const [x, y] = [r.tensor('x', [8]), r.tensor('y', [8])]
      r.dispatch({ source: ADD, tensors: { x, y }, params: { n: 8 }, workgroups: [1, 1, 1], variant: 'row' })
    }
    const replay = new Replay<null>(host, record, null, { label: 'stubborn' })
    await expect(replay.build()).rejects.toThrow('stubborn: records what is refused')
  })

  it('refuses a graph whose number of dispatches depends on the shape', async () => {
    const record = (r: Recorder, { n }: { n: number }): void => {
      chain(r, { n })
      if (n > 50) chain(r, { n })
    }
    const replay = new Replay(fresh(), record, { n: 100 }, { label: 'chain' })
    await expect(replay.prepare({ n: 10 })).rejects.toThrow('differs from the planned one')
  })

  it('refuses a tensor larger than a binding may be, by name, before anything is made', async () => {
    const replay = new Replay(fresh(), chain, { n: 2000 }, { label: 'chain' })
    await expect(replay.build()).rejects.toMatchObject({
      code: 'gpu-tensor-too-large',
      params: { tensor: 'a', bytes: 8000, limit: 4096 },
    })
  })

  it('refuses a buffer that exists but is larger than a binding may be, by name', async () => {
    const large = bufferTensor('states', 'f32', [2000], {} as GPUBuffer)
    const replay = new Replay<null>(fresh(), (r) => add(r, large, r.tensor('y', [8]), 8), null, {
      label: 'one',
    })
    await expect(replay.build()).rejects.toMatchObject({
      code: 'gpu-tensor-too-large',
      params: { tensor: 'states', bytes: 8000, limit: 4096 },
    })
  })
})

describe('tensors', () => {
  it('take bytes by their type, rounded up to 16', () => {
    const bytes = (dtype: Tensor['dtype'], ...shape: number[]) => byteLength({ dtype, shape })
    expect(bytes('f32', 3, 5)).toBe(64)
    expect(bytes('f16', 3, 5)).toBe(32)
    expect(bytes('bf16', 9)).toBe(32)
    expect(bytes('half', 8)).toBe(16)
    expect(bytes('u32', 1)).toBe(16)
  })
})

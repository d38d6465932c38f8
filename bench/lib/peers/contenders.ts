import { init, defaultDevice, getWebGPUDevice, numpy as np } from '@jax-js/jax'
import * as ort from 'onnxruntime-web/webgpu'
import { openGpu, type Gpu } from '../../../src/gpu/device'
import type { Recorder } from '../../../src/gpu/recorder'
import { Replay } from '../../../src/gpu/replay'
import { readBuffer } from '../../../src/gpu/readback'
import { storageTensor, uploadTensor } from '../../../src/gpu/storage'
import type { Tensor } from '../../../src/gpu/tensor'
import { workDone } from '../../../src/gpu/work-done'
import { groupBackward, groupForward, groupSlabElements } from '../../../src/ops/adapted'
import type { LinearGroup } from '../../../src/ops/linear-group'
import { matmul } from '../../../src/ops/matmul'
import { hostNf4 } from '../../../tests/helpers/nf4-weight'
import { fourBits, matMulNBits, valuesOf } from './onnx-model'

/** Product of a linear [N, K] with M rows: forward y = x W^T, back dx = dy W. */
export interface Shape {
  M: number
  N: number
  K: number
}

type Way = 'forward' | 'back'

/** One way to compute a product of the shape, ready to run. */
export interface Contender {
  name: string
  way: Way
  /** The weight that it multiplies by, as its own codes say. */
  weight: Float32Array
  /** So many products, until the GPU has done them. */
  run(times: number): Promise<void>
  result(): Promise<Float32Array>
  destroy(): void
}

/** What all of them multiply: left sides of both ways, and the weight before anybody quantises it. */
export interface Operands extends Shape {
  x: Float32Array<ArrayBuffer>
  dy: Float32Array<ArrayBuffer>
  weight: Float32Array<ArrayBuffer>
}

export async function tuneTab(o: Operands): Promise<Contender[]> {
  const { M, N, K } = o
  const gpu = await openGpu(navigator.gpu)
  const host = hostNf4(o.weight, true)
  const weight = {
    kind: 'nf4' as const,
    N,
    K,
    buffer: uploadTensor(gpu, 'weight', host.words).buffer!,
    layout: host.layout,
    nestedOffset: host.nestedOffset,
  }
  const group: LinearGroup = { weights: [weight], N, K, parts: [], rank: 0, scale: 1 }
  const slab = storageTensor(gpu, 'slab', 'f32', [groupSlabElements(group, gpu.kernels.tuning)])
  const dense = uploadTensor(gpu, 'dense', o.weight)
  const [x, dy] = [uploadTensor(gpu, 'x', o.x), uploadTensor(gpu, 'dy', o.dy)]
  const shared = { group, M, slab, dropout: null }
  const back = { ...shared, dy, pitch: N }
  return Promise.all([
    contender(gpu, { name: 'TuneTab NF4', way: 'forward', weight: host.values, size: M * N }, (r, y) =>
      groupForward(r, { ...shared, x, low: null, y, bias: null }),
    ),
    contender(gpu, { name: 'TuneTab NF4', way: 'back', weight: host.values, size: M * K }, (r, dx) =>
      groupBackward(r, { ...back, dx }),
    ),
    contender(gpu, { name: 'TuneTab dense', way: 'forward', weight: o.weight, size: M * N }, (r, c) =>
      matmul(r, { a: x, b: dense, c, M, N, K, bTransposed: true }),
    ),
    contender(gpu, { name: 'TuneTab dense', way: 'back', weight: o.weight, size: M * K }, (r, c) =>
      matmul(r, { a: dy, b: dense, c, M, N: K, K: N }),
    ),
  ])
}

async function contender(
  gpu: Gpu,
  { size, ...o }: Pick<Contender, 'name' | 'way' | 'weight'> & { size: number },
  record: (r: Recorder, out: Tensor) => void,
): Promise<Contender> {
  const out = storageTensor(gpu, o.name, 'f32', [size])
  const plan = new Replay<null>(gpu, (r) => record(r, out), null, { label: 'peers' })
  await plan.build()
  await plan.prepare(null)
  return {
    ...o,
    async run(times) {
      for (let i = 0; i < times; i++) plan.run(null)
      await workDone(gpu.device)
    },
    result: async () => new Float32Array(await readBuffer(gpu, out.buffer!, 0, size * 4)),
    destroy: () => gpu.destroy(),
  }
}

/** jax-js: a dense product in f32, the weight stored as a linear's is. */
export async function jaxJs(o: Operands): Promise<Contender[]> {
  const { M, N, K } = o
  const found = await init('webgpu')
  if (!found.includes('webgpu')) throw new Error(`jax-js found ${found.join(', ') || 'no device'}`)
  defaultDevice('webgpu')
  const weight = np.array(o.weight, { shape: [N, K] })
  const made = (way: Way, left: np.Array, right: () => np.Array): Contender => {
    let last: np.Array | null = null
    return {
      name: 'jax-js dense',
      way,
      weight: o.weight,
      async run(times) {
        for (let i = 0; i < times; i++) {
          last?.dispose()
          last = np.matmul(left.ref, right())
          await last.blockUntilReady()
        }
        await workDone(getWebGPUDevice())
      },
      result: async () => new Float32Array(await last!.ref.data()),
      destroy: () => last?.dispose(),
    }
  }
  return [
    made('forward', np.array(o.x, { shape: [M, K] }), () => weight.ref.transpose()),
    made('back', np.array(o.dy, { shape: [M, N] }), () => weight.ref),
  ]
}

const BLOCK = 32

/** ONNX Runtime's MatMulNBits, which has no way back. Operands and result stay on the GPU. */
export async function onnxRuntime(o: Operands): Promise<Contender[]> {
  const { M, N, K } = o
  ort.env.wasm.wasmPaths = {
    mjs: new URL('ort-wasm-simd-threaded.asyncify.mjs', location.href),
    wasm: new URL('ort-wasm-simd-threaded.asyncify.wasm', location.href),
  }
  ort.env.wasm.numThreads = 1
  const quantised = fourBits(o.weight, N, K, BLOCK)
  const session = await ort.InferenceSession.create(matMulNBits(M, quantised), {
    executionProviders: ['webgpu'],
    preferredOutputLocation: 'gpu-buffer',
  })
  const device = await ort.env.webgpu.device
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC
  const buffer = device.createBuffer({ size: o.x.byteLength, usage })
  device.queue.writeBuffer(buffer, 0, o.x)
  const x = ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [M, K] })
  let last: ort.Tensor | null = null
  return [
    {
      name: 'ORT MatMulNBits',
      way: 'forward',
      weight: valuesOf(quantised),
      async run(times) {
        for (let i = 0; i < times; i++) {
          last?.dispose()
          last = (await session.run({ x })).y
        }
        await workDone(device)
      },
      result: async () => new Float32Array((await last!.getData()) as Float32Array),
      destroy: () => void session.release(),
    },
  ]
}

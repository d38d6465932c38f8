import { driverManifest, openDawn, type GpuKind } from '../../src/headless/dawn'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { Replay } from '../../src/gpu/replay'
import { readBuffer } from '../../src/gpu/readback'
import type { Recorder } from '../../src/gpu/recorder'
import type { Tuning } from '../../src/gpu/tuning'
import { uploadTensor } from '../../src/gpu/storage'
import type { Tensor, TensorDtype } from '../../src/gpu/tensor'
import { figure } from './figures'

/**
 * The adapter under test: TUNETAB_GPU = swiftshader | lavapipe | auto, SwiftShader where it is on the machine and
 * nothing is said; TUNETAB_DEFAULT_LIMITS=1 asks for the least device.
 */
const gpuKind = (process.env.TUNETAB_GPU ?? (driverManifest('swiftshader') ? 'swiftshader' : 'auto')) as GpuKind

/** Both ways in which a device may share out rows; the row kernels are tested with both on every adapter. */
export const ROW_TUNINGS: Partial<Tuning>[] = [
  { rowLanes: 1, rowGroup: 8 },
  { rowLanes: 64, rowGroup: 64 },
]

let shared: Promise<Gpu> | null = null
const tuned = new Map<string, Gpu>()

/** One device for the whole test process: the Vulkan loader reads its drivers once. */
export function testGpu(): Promise<Gpu> {
  shared ??= openDawn(gpuKind, { defaultLimits: process.env.TUNETAB_DEFAULT_LIMITS === '1' }).then((gpu) => {
    figure('adapter', gpu.info.description || `${gpu.info.vendor} ${gpu.info.architecture}`)
    return gpu
  })
  return shared
}

/** The shared device with parts of its tuning replaced; one set of kernels a tuning, so that variants compile once. */
export function tunedGpu(gpu: Gpu, tuning: Partial<Tuning> | undefined): Gpu {
  if (!tuning) return gpu
  const key = JSON.stringify(tuning)
  const known =
    tuned.get(key) ??
    (Object.create(gpu, { kernels: { value: new KernelCache(gpu, { ...gpu.kernels.tuning, ...tuning }) } }) as Gpu)
  tuned.set(key, known)
  return known
}

type Data = Float32Array | Int32Array | Uint32Array
export interface Input {
  data: Data
  shape?: number[]
  dtype?: TensorDtype
}

/**
 * Run recorded operations over given buffers and read all of them back, word by word as f32 (`wordsOf` gives their
 * bits).
 */
export async function runOps<Name extends string>(
  inputs: Record<Name, Input>,
  body: (r: Recorder, t: Record<Name, Tensor>) => void,
  tuning?: Partial<Tuning>,
): Promise<Record<Name, Float32Array>> {
  const gpu = await testGpu()
  const tensors = {} as Record<Name, Tensor>
  for (const name of Object.keys(inputs) as Name[]) {
    const { data, shape, dtype } = inputs[name]
    tensors[name] = uploadTensor(gpu, name, data, { shape: shape ?? [data.length], dtype })
  }
  const plan = new Replay<null>(tunedGpu(gpu, tuning), (r) => body(r, tensors), null, { label: 'test' })
  await plan.build()
  await plan.prepare(null)
  plan.run(null)
  const out = {} as Record<Name, Float32Array>
  for (const name of Object.keys(inputs) as Name[]) {
    out[name] = new Float32Array(await readBuffer(gpu, tensors[name].buffer!, 0, inputs[name].data.byteLength))
  }
  plan.destroy()
  for (const name of Object.keys(inputs) as Name[]) gpu.free(tensors[name].buffer!)
  return out
}

/** The bits behind words that were read back as f32. */
export function wordsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length)
}

/** Deterministic values in (-scale, scale). */
export function random(n: number, seed: number, scale = 1): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0
  return Float32Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return ((state / 2 ** 32) * 2 - 1) * scale
  })
}

/** Largest |a - b| over the scale of b; NaN anywhere, or another length, gives NaN, which no bound accepts. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : NaN
  let scale = 1e-30
  for (let i = 0; i < b.length; i++) {
    // Math.max keeps a NaN; a comparison would lose it to the next number.
    scale = Math.max(scale, Math.abs(b[i]))
    worst = Math.max(worst, Math.abs(a[i] - b[i]))
  }
  return worst / scale
}

/** f32 sums of a few hundred products differ from f64 by a few parts in 10^7; 3e-6 leaves room for order and exp(). */
export const F32_SUMS = 3e-6

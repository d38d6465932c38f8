import { fail } from '../errors'
import { KernelCache } from './kernel'
import { playsGpu } from './software-probe'
import { bufferBytes } from './tensor'
import { defaultTuning } from './tuning'

/** Optional features the kernels know how to use. */
interface GpuFeatures {
  f16: boolean
  /** Least and most lanes of a subgroup. */
  subgroups: { least: number; most: number } | null
  timestamps: boolean
}

export interface GpuMemory {
  bytes: number
  isStated: boolean
}

/** A WebGPU device with what the rest of the engine must know about it, and a count of what it holds. */
export interface Gpu {
  readonly device: GPUDevice
  readonly info: { vendor: string; architecture: string; description: string }
  readonly isSoftware: boolean
  readonly features: GpuFeatures
  /** Every kernel compiled on this device, and its tuning. */
  readonly kernels: KernelCache
  /** Resolves when the device is lost other than by `destroy`. */
  readonly lost: Promise<string>
  /** What it has in all, as the person said or as it is guessed; null: nobody said, and no plan goes by it. */
  memory: GpuMemory | null
  /** Whether replays leave gaps in which others draw: a run is to keep the desktop smooth. */
  isGentle: boolean
  /** Bytes in buffers made by `buffer` and not yet destroyed. */
  allocatedBytes: number
  /** Buffers, bind groups and pipelines made so far: steady-state steps must not move these. */
  readonly counts: { buffers: number; bindGroups: number; pipelines: number; submits: number; dispatches: number }
  buffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer
  /** Hear of every buffer made until the returned function is called. */
  watchBuffers(listener: (buffer: GPUBuffer) => void): () => void
  /**
   * Hear of errors that no error scope caught, until the returned function is called: what ran meanwhile is not to be
   * trusted.
   */
  watchErrors(listener: (message: string) => void): () => void
  /** Destroy a buffer; nothing where that has been done. */
  free(buffer: GPUBuffer): void
  destroy(): void
}

export interface OpenGpuOptions {
  /** Ask for WebGPU's default limits and no optional feature, to show that the engine runs on the least device. */
  defaultLimits?: boolean
  powerPreference?: GPUPowerPreference
}

const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const

/**
 * Open a device with the adapter's own limits and the features the kernels can use.
 * @param api navigator.gpu, or Dawn's in Node
 * @throws TuneError gpu-missing, gpu-no-adapter
 */
export async function openGpu(api: GPU | undefined, options: OpenGpuOptions = {}): Promise<Gpu> {
  if (!api) throw fail('gpu-missing', {})
  const adapter = await api.requestAdapter({ powerPreference: options.powerPreference ?? 'high-performance' })
  if (!adapter) throw fail('gpu-no-adapter', { detail: 'requestAdapter returned null' })
  const requiredLimits: Record<string, number> = {}
  const requiredFeatures: GPUFeatureName[] = []
  if (!options.defaultLimits) {
    for (const name of WANTED_LIMITS) requiredLimits[name] = adapter.limits[name]
    for (const name of ['shader-f16', 'subgroups', 'timestamp-query'] as GPUFeatureName[]) {
      if (adapter.features.has(name)) requiredFeatures.push(name)
    }
  }
  let device: GPUDevice
  try {
    device = await adapter.requestDevice({ requiredLimits, requiredFeatures })
  } catch (error) {
    throw fail('gpu-no-adapter', { detail: String(error) }, error)
  }
  const { vendor, architecture, description } = adapter.info
  const counts = { buffers: 0, bindGroups: 0, pipelines: 0, submits: 0, dispatches: 0 }
  const words = `${vendor} ${architecture} ${description}`.toLowerCase()
  const isSoftware =
    words.trim() === ''
      ? await playsGpu(device, globalThis.navigator?.hardwareConcurrency ?? 4)
      : /swiftshader|llvmpipe|lavapipe|warp|software/.test(words)
  const features: GpuFeatures = {
    f16: device.features.has('shader-f16'),
    subgroups: device.features.has('subgroups' as GPUFeatureName)
      ? { least: adapter.info.subgroupMinSize ?? 4, most: adapter.info.subgroupMaxSize ?? 128 }
      : null,
    timestamps: device.features.has('timestamp-query'),
  }
  const traits = {
    isSoftware,
    vendor: vendor.toLowerCase(),
    architecture: architecture.toLowerCase(),
    subgroups: features.subgroups,
    workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
  }
  let destroyed = false
  const live = new Set<GPUBuffer>()
  const onBuffer = listeners<GPUBuffer>()
  const onError = listeners<string>()
  device.addEventListener('uncapturederror', (event) => {
    // Not prevented: where nobody watches, the console must still tell of it.
    onError.tell((event as GPUUncapturedErrorEvent).error.message)
  })
  const gpu: Gpu = {
    device,
    info: { vendor, architecture, description },
    isSoftware,
    features,
    kernels: new KernelCache({ device, counts }, defaultTuning(traits)),
    lost: new Promise((resolve) => {
      void device.lost.then((why) => {
        if (!destroyed) resolve(why.message || why.reason)
      })
    }),
    memory: null,
    isGentle: false,
    allocatedBytes: 0,
    counts,
    buffer(label, bytes, usage) {
      const size = bufferBytes(bytes)
      if (size > device.limits.maxBufferSize) {
        throw fail('gpu-tensor-too-large', { tensor: label, bytes: size, limit: device.limits.maxBufferSize })
      }
      const buffer = device.createBuffer({ label, size, usage })
      gpu.allocatedBytes += size
      gpu.counts.buffers++
      live.add(buffer)
      onBuffer.tell(buffer)
      return buffer
    },
    watchBuffers: onBuffer.watch,
    watchErrors: onError.watch,
    free(buffer) {
      if (!live.delete(buffer)) return
      gpu.allocatedBytes -= buffer.size
      buffer.destroy()
    },
    destroy() {
      destroyed = true
      device.destroy()
    },
  }
  return gpu
}

function listeners<T>(): { tell: (value: T) => void; watch: (listener: (value: T) => void) => () => void } {
  const all = new Set<(value: T) => void>()
  return {
    tell: (value) => all.forEach((listener) => listener(value)),
    watch: (listener) => {
      all.add(listener)
      return () => all.delete(listener)
    },
  }
}

/**
 * Make something that takes buffers. When the device has no memory for them, or `make` throws, all of them are given
 * back.
 * @throws TuneError gpu-out-of-memory, and what `make` throws
 */
export async function allocating<T>(gpu: Gpu, what: string, make: () => T): Promise<T> {
  const { device } = gpu
  const buffers: GPUBuffer[] = []
  device.pushErrorScope('validation')
  device.pushErrorScope('out-of-memory')
  let outcome: { made: T } | { thrown: unknown }
  const stop = gpu.watchBuffers((buffer) => buffers.push(buffer))
  try {
    outcome = { made: make() }
  } catch (thrown) {
    outcome = { thrown }
  }
  stop()
  // Both scopes are popped before anything is awaited: scopes are a stack that all of the page's code shares.
  const scopes = [device.popErrorScope(), device.popErrorScope()]
  const [memory, validation] = await Promise.all(scopes)
  if (!memory && !validation && 'made' in outcome) return outcome.made
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.size, 0)
  for (const buffer of buffers) gpu.free(buffer)
  if (memory) throw fail('gpu-out-of-memory', { what, bytes })
  if ('thrown' in outcome) throw outcome.thrown
  throw new Error(`${what}: ${validation!.message}`)
}

import { fail } from '../errors'
import { openGpu, type Gpu, type OpenGpuOptions } from '../gpu/device'
import { driverManifest } from './drivers.mjs'

export { driverManifest }

export type GpuKind = 'swiftshader' | 'lavapipe' | 'auto'

// Dawn crashes once what create() returned is garbage-collected; it lives as long as the process.
let instance: GPU | null = null

/**
 * Open a WebGPU device in Node through Dawn. The Vulkan loader reads its driver list once, so one process uses one
 * kind.
 * 'auto' takes a real GPU where there is one, else the first software adapter installed.
 */
export async function openDawn(kind: GpuKind = 'auto', options: OpenGpuOptions = {}): Promise<Gpu> {
  if (kind !== 'auto') useDriver(kind)
  try {
    return await openGpu(await dawn(), options)
  } catch (error) {
    if (kind !== 'auto') throw error
    const software = (['swiftshader', 'lavapipe'] as const).find((name) => driverManifest(name))
    if (!software) throw error
    useDriver(software)
    instance = null
    return openGpu(await dawn(), options)
  }
}

function useDriver(kind: 'swiftshader' | 'lavapipe'): void {
  const manifest = driverManifest(kind)
  if (!manifest) throw fail('gpu-no-adapter', { detail: `no Vulkan driver manifest for ${kind}` })
  process.env.VK_DRIVER_FILES = manifest
  process.env.VK_ICD_FILENAMES = manifest
  easeTicks()
}

/** Milliseconds between two questions whether a processor that plays GPU is done. */
const TICK_MS = 1
let isEased = false

/**
 * Dawn's binding asks whether work is done at every turn of the event loop, by the global setImmediate, for as long as
 * something is under way: hundreds of thousands of times a minute, on a core that the adapter then lacks. Calls that
 * hand over native functions, as Dawn's do, wait a moment instead.
 */
function easeTicks(): void {
  if (isEased) return
  isEased = true
  const { setImmediate: atOnce } = globalThis
  const isNative = (act: unknown) => /\[native code\]/.test(Function.prototype.toString.call(act))
  const eased = (act: (...all: unknown[]) => void, ...all: unknown[]) =>
    isNative(act) ? setTimeout(act, TICK_MS, ...all) : atOnce(act, ...all)
  globalThis.setImmediate = Object.defineProperties(eased, Object.getOwnPropertyDescriptors(atOnce)) as never
}

async function dawn(): Promise<GPU> {
  if (!instance) {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    instance = create([])
  }
  return instance
}

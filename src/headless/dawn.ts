import { existsSync } from 'node:fs'
import { fail } from '../errors'
import { openGpu, type Gpu, type OpenGpuOptions } from '../gpu/device'

export type GpuKind = 'swiftshader' | 'lavapipe' | 'auto'

/** Vulkan driver manifests of the two software adapters, where Debian and Chromium put them. */
const MANIFESTS: Record<'swiftshader' | 'lavapipe', string[]> = {
  swiftshader: [
    process.env.TUNETAB_SWIFTSHADER_ICD ?? '',
    '/usr/lib/chromium/vk_swiftshader_icd.json',
    '/opt/google/chrome/vk_swiftshader_icd.json',
  ],
  lavapipe: [
    process.env.TUNETAB_LAVAPIPE_ICD ?? '',
    '/usr/share/vulkan/icd.d/lvp_icd.json',
    '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
    '/usr/share/vulkan/icd.d/lvp_icd.i686.json',
  ],
}

// Dawn crashes once what create() returned is garbage-collected; it lives as long as the process.
let instance: GPU | null = null

/** Whether the named software adapter's driver is on this machine. */
export function driverManifest(kind: 'swiftshader' | 'lavapipe'): string | null {
  return MANIFESTS[kind].find((path) => path !== '' && existsSync(path)) ?? null
}

/**
 * Open a WebGPU device in Node through Dawn. The Vulkan loader reads its driver list once, so one process uses one kind.
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
}

async function dawn(): Promise<GPU> {
  if (!instance) {
    const { create, globals } = await import('webgpu')
    Object.assign(globalThis, globals)
    instance = create([])
  }
  return instance
}

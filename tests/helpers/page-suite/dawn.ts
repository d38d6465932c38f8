import { openGpu, type Gpu, type OpenGpuOptions } from '../../../src/gpu/device'

/**
 * Stands in for src/headless/dawn.ts where tests run inside a page: the browser's own WebGPU, whatever kind is asked
 * for.
 */
export type GpuKind = 'swiftshader' | 'lavapipe' | 'auto'

export function openDawn(_kind: GpuKind = 'auto', options: OpenGpuOptions = {}): Promise<Gpu> {
  return openGpu(navigator.gpu, options)
}

/** A page chooses its GPU itself. */
export const driverManifest = (): string | null => null

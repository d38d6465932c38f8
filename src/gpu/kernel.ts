import { fail } from '../errors'
import type { Gpu } from './device'
import { reflect, type KernelInterface } from './reflect'
import { defaultTuning, type Tuning } from './tuning'
import { expandWgsl, type Defines } from './wgsl-template'

/** A kernel family: its WGSL template and its name, which is the entry point, the GPU label and the profiler's row. */
export interface KernelSource {
  name: string
  wgsl: string
}

/** One specialised variant, ready to dispatch. */
export interface Kernel {
  readonly key: string
  readonly name: string
  readonly wgsl: string
  readonly io: KernelInterface
  readonly layout: GPUBindGroupLayout
  pipeline: GPUComputePipeline | null
}

/**
 * Specialises kernels and keeps every variant that was asked for. Variants are declared while recording (cheap, no
 * compilation) and compiled together, in parallel where the driver can.
 */
export class KernelCache {
  private readonly gpu: Gpu
  private readonly kernels = new Map<string, Kernel>()
  private readonly layouts = new Map<string, GPUBindGroupLayout>()

  readonly tuning: Tuning

  constructor(gpu: Gpu, tuning: Tuning = defaultTuning(gpu)) {
    this.gpu = gpu
    this.tuning = tuning
  }

  get(source: KernelSource, defines: Defines): Kernel {
    const key = `${source.name}|${Object.entries(defines)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(',')}`
    let kernel = this.kernels.get(key)
    if (!kernel) {
      const f16 = Object.entries(defines).some(([name, value]) => name.startsWith('T_') && value === 'f16')
      const wgsl = (f16 ? 'enable f16;\n' : '') + expandWgsl(source.wgsl, defines)
      const io = reflect(wgsl)
      kernel = { key, name: source.name, wgsl, io, layout: this.layout(io), pipeline: null }
      this.kernels.set(key, kernel)
    }
    return kernel
  }

  /** Compile everything declared and not yet compiled. */
  async compile(on?: (done: number, total: number) => void): Promise<void> {
    const waiting = [...this.kernels.values()].filter((kernel) => !kernel.pipeline)
    let done = 0
    await Promise.all(
      waiting.map(async (kernel) => {
        await this.compileOne(kernel)
        on?.(++done, waiting.length)
      }),
    )
  }

  private async compileOne(kernel: Kernel): Promise<void> {
    const { device } = this.gpu
    device.pushErrorScope('validation')
    const module = device.createShaderModule({ label: kernel.name, code: kernel.wgsl })
    const scope = device.popErrorScope()
    try {
      kernel.pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [kernel.layout] }),
        compute: { module, entryPoint: kernel.name },
      })
      this.gpu.counts.pipelines++
      await scope
    } catch (error) {
      const messages = (await module.getCompilationInfo()).messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`)
      throw fail('gpu-shader', { kernel: kernel.key, detail: messages.join('; ') || String(error) }, error)
    }
  }

  /** Layouts are shared by signature so that a bind group serves every variant with the same bindings. */
  private layout(io: KernelInterface): GPUBindGroupLayout {
    const key = io.bindings.map((b) => `${b.index}${b.access}`).join(',')
    let layout = this.layouts.get(key)
    if (!layout) {
      layout = this.gpu.device.createBindGroupLayout({
        entries: io.bindings.map(({ index, access }) => ({
          binding: index,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: access === 'uniform' ? 'uniform' : access === 'read' ? 'read-only-storage' : 'storage' },
        })),
      })
      this.layouts.set(key, layout)
    }
    return layout
  }
}

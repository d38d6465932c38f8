import { fail } from '../errors'
import { reflect, type KernelInterface } from './reflect'
import { shaderReport } from './shader-report'
import type { Tuning } from './tuning'
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
  /** While it compiles. */
  compiling: Promise<void> | null
}

/** What of a device compiling needs. */
export interface KernelHost {
  readonly device: GPUDevice
  readonly counts: { pipelines: number }
}

/**
 * Specialises kernels and keeps every variant that was asked for. Variants are declared while recording (cheap, no
 * compilation) and compiled together, in parallel where the driver can. One a device (`Gpu.kernels`), so that pipelines
 * outlive the model they were first made for.
 */
export class KernelCache {
  private readonly host: KernelHost
  private readonly kernels = new Map<string, Kernel>()
  private readonly layouts = new Map<string, GPUBindGroupLayout>()

  private chosen: Tuning
  private readonly verified = new Set<string>()
  /**
   * Whether a variant gives the numbers of its twin on this device; asked once, before its first use. Absent: nobody
   * doubts.
   */
  verifyVariant: ((name: string) => Promise<boolean>) | null = null

  constructor(host: KernelHost, tuning: Tuning) {
    this.host = host
    this.chosen = tuning
  }

  get tuning(): Tuning {
    return this.chosen
  }

  /** Choose otherwise from now on; what is recorded already stays. What was refused once is refused for good. */
  retune(choices: Partial<Tuning>): void {
    const { refused } = this.chosen
    const more = (choices.refused ?? []).filter((name) => !refused.includes(name))
    this.chosen = { ...this.chosen, ...choices, refused: more.length > 0 ? [...refused, ...more] : refused }
  }

  /** Verify variants that are used for the first time; true where one is refused, so that others are to be chosen. */
  async refuses(variants: Iterable<string>): Promise<boolean> {
    let refused = false
    for (const name of variants) {
      const variant = name as Tuning['refused'][number]
      if (this.verifyVariant && !this.verified.has(name)) {
        this.verified.add(name)
        if (!(await this.verifyVariant(name))) this.retune({ refused: [variant] })
      }
      refused ||= this.chosen.refused.includes(variant)
    }
    return refused
  }

  get(source: KernelSource, defines: Defines): Kernel {
    const key = `${source.name}|${Object.entries(defines)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(',')}`
    let kernel = this.kernels.get(key)
    if (!kernel) {
      const f16 = Object.entries(defines).some(([name, value]) => name.startsWith('T_') && value === 'f16')
      const wgsl =
        (f16 ? 'enable f16;\n' : '') +
        (defines.SUBGROUPS ? 'enable subgroups;\n' : '') +
        expandWgsl(source.wgsl, defines)
      const io = reflect(wgsl)
      kernel = { key, name: source.name, wgsl, io, layout: this.layout(io), pipeline: null, compiling: null }
      this.kernels.set(key, kernel)
    }
    return kernel
  }

  /** Compile those that are not yet, all at once. @throws TuneError gpu-shader */
  async compile(kernels: Iterable<Kernel>, on?: (done: number, total: number) => void): Promise<void> {
    const waiting = [...new Set(kernels)].filter(({ pipeline }) => !pipeline)
    let done = 0
    await Promise.all(
      waiting.map(async (kernel) => {
        // Two plans may want the same variant at the same time.
        kernel.compiling ??= this.compileOne(kernel).finally(() => (kernel.compiling = null))
        await kernel.compiling
        on?.(++done, waiting.length)
      }),
    )
  }

  private async compileOne(kernel: Kernel): Promise<void> {
    const { device, counts } = this.host
    device.pushErrorScope('validation')
    const module = device.createShaderModule({ label: kernel.name, code: kernel.wgsl })
    const scope = device.popErrorScope()
    try {
      kernel.pipeline = await device.createComputePipelineAsync({
        label: kernel.name,
        layout: device.createPipelineLayout({ bindGroupLayouts: [kernel.layout] }),
        compute: { module, entryPoint: kernel.name },
      })
      counts.pipelines++
      await scope
    } catch (error) {
      const { messages } = await module.getCompilationInfo()
      const detail = shaderReport(kernel.wgsl, [...messages]) || String(error)
      throw fail('gpu-shader', { kernel: kernel.key, detail }, error)
    }
  }

  /** Layouts are shared by signature so that a bind group serves every variant with the same bindings. */
  private layout(io: KernelInterface): GPUBindGroupLayout {
    const key = io.bindings.map((b) => `${b.index}${b.access}`).join(',')
    let layout = this.layouts.get(key)
    if (!layout) {
      layout = this.host.device.createBindGroupLayout({
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

import type { TuningReport } from '../../contracts/tuning'
import { fail, TuneError } from '../../errors/index'
import type { Gpu, GpuMemory } from '../../gpu/device'
import type { Platform } from './platform'
import { prepareDevice, tuneDevice } from './tune-device'

interface Device {
  gpu: Gpu
  /** Rejects when the device is lost. */
  lost: Promise<never>
  /** What a search for its kernels found; null: defaults. */
  tuning: TuningReport | null
}

/** How much later than its consequences the loss of a device may be told. */
const LOST_MS = 300

/** The one GPU device of an engine: opened when it is first needed, and again after it was lost. */
export class EngineDevice {
  private readonly platform: Platform
  /** What lived on the device is gone with it. */
  private readonly onLost: () => void
  private device: Device | null = null
  private opening: Promise<Device> | null = null
  private memory: GpuMemory | null = null

  constructor(platform: Platform, onLost: () => void) {
    this.platform = platform
    this.onLost = onLost
  }

  /** One device, also for two who ask at the same time. */
  async open(): Promise<Device> {
    if (this.device) return this.device
    this.opening ??= this.openNew().finally(() => (this.opening = null))
    return this.opening
  }

  /** Times the kernels on the device, which uses the fastest from then on. */
  async tune(): Promise<Device> {
    const device = await this.open()
    device.tuning = await this.alive(tuneDevice(device.gpu, this.platform.tuning))
    return device
  }

  /** What a person says that the GPU has; null: what it says itself. Holds for later devices, too. */
  async setMemory(memory: GpuMemory | null): Promise<void> {
    this.memory = memory
    const { gpu } = await this.open()
    gpu.memory = memory
  }

  /**
   * GPU work that ends when the device is lost, since its own promise might never settle then, or when the device
   * reports an error that nobody expected: its results would not be those that were asked for.
   */
  async alive<T>(work: Promise<T>): Promise<T> {
    if (!this.device) return work
    const { gpu, lost } = this.device
    let stop = () => {}
    const broken = new Promise<never>((_, reject) => {
      stop = gpu.watchErrors((detail) => reject(fail('gpu-error', { detail })))
    })
    try {
      return await Promise.race([work, lost, broken])
    } catch (error) {
      if (error instanceof TuneError && error.code !== 'gpu-error') throw error
      // A lost device fails what waits on it before it says that it is lost.
      await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, LOST_MS))])
      throw error
    } finally {
      stop()
    }
  }

  destroy(): void {
    this.device?.gpu.destroy()
    this.device = null
  }

  private async openNew(): Promise<Device> {
    const gpu = await this.platform.openGpu()
    const tuning = await prepareDevice(gpu, this.platform.tuning)
    gpu.memory = this.memory
    const lost = gpu.lost.then((reason) => {
      // Nothing on the lost device can be freed or used; the next load opens another.
      this.device = null
      this.onLost()
      throw fail('gpu-lost', { reason })
    })
    lost.catch(() => {})
    const device = { gpu, lost, tuning }
    this.device = device
    return device
  }
}

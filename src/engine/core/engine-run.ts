import type { TrainEvent } from '../../contracts/events'
import type { AdapterCard } from '../../contracts/lora'
import { modelFingerprint } from '../../model/opening/fingerprint'
import type { SteeringChange } from '../../run-file/history'
import type { RunFile } from '../../run-file/run-file'
import { RunControl } from '../../train/run-control'
import type { TrainOptions, TrainOutcome } from '../api/types'
import type { EngineData } from './engine-data'
import type { EngineDevice } from './engine-device'
import type { EngineModel, Loaded } from './engine-model'
import type { Platform } from './platform'
import { ownPlace } from './run-checkpoints'
import type { TaskQueue } from './task-queue'
import { runTraining } from './training'

interface EngineParts {
  platform: Platform
  device: EngineDevice
  model: EngineModel
  data: EngineData
  tasks: TaskQueue
}

/** The run of an engine: what steers it, and how other work gets its turn beside it. */
export class EngineRun {
  private readonly parts: EngineParts
  private control: RunControl | null = null

  constructor(parts: EngineParts) {
    this.parts = parts
  }

  async train(run: RunFile, options: TrainOptions, on: (event: TrainEvent) => void): Promise<TrainOutcome> {
    const { platform, device, model: held, data, tasks } = this.parts
    const { model, opened, tokenizer, card } = held.needFor(run)
    const rows = data.runRows()
    return tasks.only('train', async () => {
      const control = new RunControl()
      this.control = control
      try {
        const kept = options.checkpoints ? null : await ownPlace(platform, options, on)
        const { vocabSize, hiddenSize } = opened.config
        const parts = {
          control,
          tokenizer,
          blockParameters: opened.parameters - vocabSize * hiddenSize,
          baseModel: card.id,
          modelPrint: (like?: string) => modelFingerprint(opened, like),
          place: options.checkpoints ?? kept ?? null,
          safety: Boolean(kept),
          onAdapter: (adapter: AdapterCard) => {
            held.adapter = adapter
            on({ kind: 'adapter', card: adapter })
          },
        }
        return await device.alive(runTraining(model, rows, run, options, parts, on))
      } finally {
        this.control = null
        held.readAdapter()
      }
    })
  }

  pause(): void {
    this.control?.pause()
  }

  resume(): void {
    this.control?.resume()
  }

  steer(change: SteeringChange): void {
    this.control?.steer(change)
  }

  stop(): void {
    this.control?.stop()
  }

  /**
   * Work that reads the model: in its turn, on the model that is loaded then, or beside a run that is paused, which
   * ends it when it goes on.
   */
  async beside<T>(
    task: string,
    signal: AbortSignal | undefined,
    work: (on: Loaded, signal?: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { device, model, tasks } = this.parts
    model.need()
    const { control } = this
    const run = (ends?: AbortSignal) => device.alive(work(model.need(), ends))
    if (!control?.resting) return tasks.next(task, async () => run(signal))
    return control.beside((goesOn) => run(signal ? AbortSignal.any([signal, goesOn]) : goesOn))
  }
}

import type { MicroBatch } from '../../src/contracts/data'
import type { Trainer } from '../../src/model/language-model'
import type { OptimizerStep } from '../../src/ops/adamw'
import type { LoraPair } from '../../src/contracts/lora'
import { KERNEL_FIGURES, type StepResult } from '../../src/contracts/figures'

/** A step's result, 0 in every figure that is not given. */
export function stepResult(given: Partial<StepResult> = {}): StepResult {
  return { ...(Object.fromEntries(KERNEL_FIGURES.map((name) => [name, 0])) as StepResult), ...given }
}

/** A Trainer without a GPU: remembers what it was asked, and ends its steps only when told (or at once with `auto`). */
export class FakeTrainer implements Trainer {
  readonly plan = { memory: [], peakBytes: 0, recomputedLayers: 0, adapterParameters: 0, largestBytes: 1 }
  readonly gpuBytes = 1234
  /** In order: "accumulate rows/numItems", "step n", "end n". */
  readonly events: string[] = []
  readonly options: OptimizerStep[] = []
  readonly batches: MicroBatch[] = []
  /** What `saveState` finds. */
  pairs: LoraPair[] = []
  private readonly ends: (() => void)[] = []
  private readonly answer: (step: number) => StepResult
  private readonly auto: boolean

  constructor(answer: (step: number) => StepResult, auto = true) {
    this.answer = answer
    this.auto = auto
  }

  async accumulate(batch: MicroBatch, numItems: number): Promise<void> {
    this.batches.push(batch)
    this.events.push(`accumulate ${batch.rows.join('+')}/${numItems}`)
  }

  step(options: OptimizerStep): Promise<StepResult> {
    this.options.push(options)
    const step = this.options.length
    this.events.push(`step ${step}`)
    return new Promise((resolve, reject) => {
      const end = () => {
        this.events.push(`end ${step}`)
        try {
          resolve(this.answer(step))
        } catch (error) {
          reject(error)
        }
      }
      if (this.auto) setTimeout(end, 0)
      else this.ends.push(end)
    })
  }

  /** End the oldest step that is still under way. */
  endOne(): void {
    this.ends.shift()!()
  }

  saveState = async () => ({ steps: this.options.length, pairs: this.pairs, tensors: [] })
  loadState = async () => {}
  destroy(): void {
    this.events.push('destroy')
  }
}

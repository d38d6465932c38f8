import { createStore } from 'zustand/vanilla'
import type { Engine, GpuSummary, ModelFit } from '../engine/api/types'
import type { RunFile } from '../run-file/run-file'
import { KNOWN_MODELS } from './known-models'
import type { Prefs, PrefsStore } from './prefs'

interface ChoiceState {
  /** Of KNOWN_MODELS, in order; null until the planner has looked. */
  fits: readonly ModelFit[] | null
  /** Rows of up to so many tokens, so many at a time, are what they are judged by. */
  tokens: number
  batch: number
}

/** Rows that are longer than this are rare, and a verdict for all of a model's context would say nothing. */
const MOST_TOKENS = 1024
const GB = 1e9

/**
 * What memory plans go by. A browser is not told how much a GPU has, so that the person may say; until then a GPU is
 * taken for one of 4 GB, or of what one buffer may hold, and a processor that plays one for what the browser tells of
 * the machine.
 */
export function memoryOf(
  gpu: GpuSummary,
  { gpuMemory }: Pick<Prefs, 'gpuMemory'>,
  machineGb = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory ?? 4,
): { bytes: number; isStated: boolean } {
  if (gpuMemory > 0) return { bytes: gpuMemory * GB, isStated: true }
  return { bytes: gpu.isSoftware ? machineGb * GB : Math.max(4 * GB, gpu.maxBufferBytes), isStated: false }
}

/** Which of the models that are known to work would fit, before anything of them is fetched. */
export function createModelChoice(engine: Engine, prefs: PrefsStore) {
  const store = createStore<ChoiceState>(() => ({ fits: null, tokens: MOST_TOKENS, batch: 1 }))
  /** What the verdicts were made for, and which request is the last. */
  let judged = ''
  let latest = 0

  /** Plans go by what the person says of the GPU. */
  const tellMemory = (gpu: GpuSummary) => engine.setGpuMemory(memoryOf(gpu, prefs.getState()))

  return {
    store,
    tellMemory,
    /** `gpuMemory` in gigabytes as the person says, 0 = not said. */
    async judge(gpu: GpuSummary, run: RunFile, gpuMemory: number) {
      const tokens = Math.min(run.max_length, MOST_TOKENS)
      const batch = run.per_device_train_batch_size
      const key = JSON.stringify([
        memoryOf(gpu, { gpuMemory }),
        run.lora,
        run.optim,
        run.optim_args,
        run.quantization,
        tokens,
        batch,
      ])
      if (key === judged) return
      judged = key
      const mine = ++latest
      store.setState({ fits: null, tokens, batch })
      try {
        await tellMemory(gpu)
        const fits = await engine.fitModels(KNOWN_MODELS, run, tokens)
        if (mine === latest) store.setState({ fits })
      } catch {
        // Another look asks again; without a verdict every model can still be tried.
        if (mine === latest) judged = ''
      }
    },
  }
}
export type ModelChoice = ReturnType<typeof createModelChoice>

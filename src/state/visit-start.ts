import type { DataRoom } from './data-room'
import type { VisitKeeper } from './keep-visit'
import type { ModelChoice } from './model-choice'
import type { ModelRoom } from './model-room'
import type { Notices } from './notices'
import type { RunRecord } from './run-record'
import { canResume } from './run-record'
import type { RunQueue } from './run-queue'
import type { RunsRoom } from './runs-room'
import type { TrainRoom } from './train-room'
import { isRunning } from './train-room'
import type { TryRoom } from './try-room'
import type { Visit } from './visit-store'

interface StartParts {
  model: ModelRoom
  choice: ModelChoice
  data: DataRoom
  train: TrainRoom
  tryRoom: TryRoom
  runs: RunsRoom
  queue: RunQueue
  visit: VisitKeeper
  notices: Notices
  /** Whether the browser offers WebGPU at all. */
  hasWebGpu: boolean
  applyRunFile(given: { json: unknown }): Promise<boolean>
  openEvalFile(file: File | null): Promise<void>
  resumeRun(record: RunRecord): Promise<void>
}

/** The first moments of a visit: rooms as they were left, or the built-in model and a sample; runs of before. */
export function createVisitStart(parts: StartParts) {
  const { model, choice, data, train, tryRoom, runs, queue, visit, notices, hasWebGpu } = parts
  const { applyRunFile, openEvalFile, resumeRun } = parts
  const running = () => isRunning(train.store.getState().phase)

  /** The newest run that a closed tab left behind, offered at the beginning of a visit. */
  function tellInterrupted() {
    const left = runs.store.getState().list?.find((record) => record.reason === 'interrupted' && canResume(record))
    const waiting = queue.store.getState().entries.filter(({ state }) => state === 'waiting')
    if (waiting.some(({ runId }) => runId !== undefined)) {
      const goOn = {
        label: 'queue.goOn',
        perform: () => (running() ? notices.say('intake.busy') : void queue.start().catch(notices.fail)),
      } as const
      notices.say('queue.wasGoing', { n: waiting.length }, goOn)
      return
    }
    if (!left) return
    const params = { name: left.name, step: left.steps, steps: left.plannedSteps ?? left.steps }
    const key = left.steps === 0 ? 'runs.wasInterruptedEarly' : 'runs.wasInterrupted'
    notices.say(key, params, { label: 'train.resume', perform: () => void resumeRun(left) })
  }

  /** The data set of before, or the first sample; the model that comes reads it. */
  async function restoreData({ data: kept }: Visit) {
    const { samples, source } = data.store.getState()
    if (source) return
    const file = kept && 'file' in kept ? await visit.file(kept.file) : null
    if (file) return data.choose(file, kept?.mapping)
    const named = kept && 'sample' in kept ? samples.find((sample) => sample.file === kept.sample) : undefined
    const sample = named ?? samples.at(0)
    if (sample) await data.choose(sample, named && kept?.mapping)
  }

  return async function begin(sharedRun: unknown): Promise<void> {
    const opened = runs.open()
    void model.listCached().catch(notices.fail)
    const left = await visit.read()
    if (sharedRun) await applyRunFile({ json: sharedRun })
    else if (left.run) train.setRun(left.run)
    tryRoom.restore(left.answers ?? [])
    queue.restore(left.queue ?? [])
    await visit.restoreScoring(left)
    await model.findGpu(hasWebGpu)
    const { gpu, gpuError } = model.store.getState()
    if (gpuError) return
    if (gpu) await choice.tellMemory(gpu).catch(notices.fail)
    await data.listSamples().catch(notices.fail)
    await restoreData(left)
    visit.follow()
    if (left.model) await model.loadHub(left.model.id, left.model.revision, undefined, left.model.endpoint)
    if (!model.store.getState().card) {
      const { error } = model.store.getState()
      if (error) notices.fail(error)
      await model.loadBuiltin()
    }
    await data.settled()
    const second = left.evalFile ? await visit.file(left.evalFile) : null
    if (second) await openEvalFile(second)
    await opened
    await visit.restoreAdapter(left)
    void visit.tidy(left)
    tellInterrupted()
  }
}

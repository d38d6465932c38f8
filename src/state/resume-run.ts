import type { ModelSource } from '../engine/api/types'
import { fail } from '../errors'
import type { DataRoom } from './data-room'
import type { ModelRoom } from './model-room'
import type { RunRecord } from './run-record'
import type { TrainRoom } from './train-room'

interface ResumeParts {
  model: ModelRoom
  data: DataRoom
  train: TrainRoom
  /** The bytes of a data file that the browser keeps, or null. */
  keptFile(key: string): Promise<File | null>
  openEvalFile(file: File | null): Promise<void>
}

/**
 * Brings model, data and settings back to what a run began with. The built-in model, models of the hub and sample sets
 * come by themselves; folders and files of the person's own are not kept, so they must be open: 'run-needs-model',
 * 'run-needs-data', 'run-needs-eval-data'. Resolves with false when something failed to load and says so in its own
 * room.
 */
export async function prepareResume(
  { model, data, train, keptFile, openEvalFile }: ResumeParts,
  record: RunRecord,
): Promise<boolean> {
  if (!hasModel(model, record)) {
    const { source, id, revision = 'main', endpoint } = record.model
    if (source === 'builtin') await model.loadBuiltin()
    else if (source === 'files' && nameOf(model.store.getState().retry) === record.model.name) await model.retry()
    else if (source === 'hub') await model.loadHub(id, revision, undefined, endpoint)
    else throw fail('run-needs-model', { name: record.name, model: record.model.name })
    if (!hasModel(model, record)) return false
  }
  const { sample, file, kept, mapping } = record.data
  if (data.store.getState().samples.length === 0) await data.listSamples()
  const now = data.store.getState()
  const known = sample === undefined ? null : (now.samples.find((one) => one.file === sample) ?? null)
  const isOpen = known !== null || (file !== undefined && now.fileName === file)
  const bytes = isOpen || kept === undefined ? null : await keptFile(kept)
  if (!isOpen && !bytes) throw fail('run-needs-data', { name: record.name, file: file ?? record.data.name })
  train.setRun(structuredClone(record.run))
  if (bytes) await data.choose(bytes, mapping)
  else await data.reopen(mapping, known)
  if (data.store.getState().status !== 'ready') return false
  const judgedBy = record.data.evalFile
  if (judgedBy?.name !== train.store.getState().evalFile?.name) {
    const second = judgedBy?.kept === undefined ? null : await keptFile(judgedBy.kept)
    if (judgedBy && !second) throw fail('run-needs-eval-data', { name: record.name, file: judgedBy.name })
    await openEvalFile(second)
  }
  await train.plan(true)
  return true
}

/** Of a folder that was open before and can be opened again. */
const nameOf = (source: ModelSource | null) => (source?.kind === 'files' ? source.name : null)

function hasModel(model: ModelRoom, record: RunRecord): boolean {
  const { card, source, status } = model.store.getState()
  const revision = source?.kind === 'hub' ? source.revision : undefined
  const { id, source: kind } = record.model
  return status === 'ready' && card?.id === id && card.source === kind && record.model.revision === revision
}

import type { Engine } from '../engine/api/types'
import type { DataSettings } from './data-room'
import type { TrainRoom } from './train-room'
import { dataFileKey, type VisitStore } from './visit-store'

interface EvalFileParts {
  engine: Engine
  train: TrainRoom
  visits: VisitStore
  settings(): DataSettings
  onChange(): void
}

/** The second file that runs are judged by; its bytes are kept for a reload and for runs that are resumed. */
export function createEvalFile({ engine, train, visits, settings, onChange }: EvalFileParts) {
  let current: File | null = null

  async function load(file: File | null) {
    const { max_length, assistant_only_loss, completion_only_loss } = settings()
    const options = { max_length, assistant_only_loss, completion_only_loss }
    return engine.loadEvalData(file && { kind: 'file', file }, options)
  }

  return {
    /** null: rows are held out of the data set again. Throws what the engine says of the file. */
    async open(file: File | null) {
      const facts = await load(file)
      current = file
      // What the store has no room for is asked for when it is missed.
      const isKept = file !== null && (await visits.keepFile(file).catch(() => false))
      const kept = isKept ? dataFileKey(file) : undefined
      train.setEvalFile(facts && { name: facts.name, rows: facts.rowsKept, kept })
      void visits.put('evalFile', kept ?? null).catch(() => {})
      onChange()
    },
    /** An engine that was started anew knows nothing of it. */
    async again() {
      if (!current) return
      await load(current)
      onChange()
    },
  }
}
export type EvalFile = ReturnType<typeof createEvalFile>

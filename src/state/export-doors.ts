import type { RunFacts } from '../run-file/run-facts'
import type { ExportRoom, PushTarget } from './export-room'
import { fileStem } from './names'
import type { PrefsStore } from './prefs'
import type { RunArchive, RunRecord } from './run-record'
import { handoverStep } from './run-record'
import type { RunsRoom } from './runs-room'
import type { ScoreRoom } from './score-room'
import type { TrainRoom } from './train-room'
import { isRunning } from './train-room'
import type { TryRoom } from './try-room'

interface DoorParts {
  archive: RunArchive
  prefs: PrefsStore
  train: TrainRoom
  tryRoom: TryRoom
  score: ScoreRoom
  exporting: ExportRoom
  runs: RunsRoom
  /** Brings model, data set and settings back to what a run began with; false where a room says why it cannot. */
  bringBack(record: RunRecord): Promise<boolean>
}

/** The ways out: what leaves the page of a run, with its name and with what is to be said of it. */
export function createExportDoors(parts: DoorParts) {
  const { archive, prefs, train, tryRoom, score, exporting, runs, bringBack } = parts
  const running = () => isRunning(train.store.getState().phase)
  const scores = () => score.ofReadme(prefs.getState().language)

  /** The run whose adapter is loaded, where it is one of ours. */
  const currentRun = () => {
    const { adapterRunId } = tryRoom.store.getState()
    return adapterRunId ? runs.find(adapterRunId) : undefined
  }
  const exportName = () => fileStem(tryRoom.store.getState().adapterName || 'adapter')

  /** What an export says of the run whose adapter is loaded, and of its scores. */
  const exportFacts = async (): Promise<RunFacts> => {
    const record = currentRun()
    return { ...(record && factsOfRecord(record)), scores: await scores() }
  }

  return {
    currentRun,
    exportName,
    async downloadAdapter(record: RunRecord | undefined = currentRun()) {
      // Of the run that is going on, what is kept is what it was before.
      const isLive = running() && record?.id === train.store.getState().runId
      // What was scored is written anew, with its scores.
      const scored = record === currentRun() ? await scores() : undefined
      const kept = record && !isLive && !scored ? await runs.files(record.id, 'adapter') : []
      const facts = { ...(record && factsOfRecord(record)), scores: scored }
      const isLoaded = !running() && record === currentRun() && tryRoom.store.getState().adapter !== null
      await exporting.downloadAdapter(record ? fileStem(record.name) : exportName(), kept, isLoaded, facts)
    },
    async downloadMerged(to: 'zip' | 'folder') {
      const record = currentRun()
      const keep = exporting.store.getState().keepMerged && record
      await exporting.downloadMerged(
        `${exportName()}-merged`,
        to,
        keep ? (files) => runs.keepFiles(keep.id, 'merged', files, keep.steps) : null,
      )
    },
    async downloadFormat(kind: string) {
      return exporting.downloadFormat(kind, exportName(), await exportFacts())
    },
    /** The loaded model or its adapter on a hub; `dataLicense` in the person's own words. */
    async pushExport(kind: string, to: PushTarget, dataLicense: string) {
      const facts = { ...(await exportFacts()), dataLicense: dataLicense || undefined }
      return exporting.push(kind, exportName(), to, facts)
    },
    async downloadKeptMerged(record: RunRecord) {
      await exporting.saveZip(`${fileStem(record.name)}-merged`, await runs.files(record.id, 'merged'))
    },
    /** A project that goes on with the run on larger machines: its model and data set are opened first. */
    async handOver(record: RunRecord) {
      const step = handoverStep(record)
      if (step === null || running()) return
      // It is written by the run's own settings; those that the person had set for another stand again afterwards.
      const { run } = train.store.getState()
      try {
        if (!(await bringBack(record))) return
        const checkpoint = await archive.checkpointFolder(record.id, step)
        await exporting.downloadHandover(`${fileStem(record.name)}-handover`, checkpoint, record.model.id)
      } finally {
        train.setRun(run)
      }
    },
  }
}

const factsOfRecord = ({ name, data, run, steps, trainLoss, seconds }: RunRecord): RunFacts => ({
  runName: name,
  dataName: data.name,
  rows: data.rows,
  tokens: data.tokens,
  dataLicense: data.license,
  run,
  outcome: { steps, trainLoss, seconds },
})

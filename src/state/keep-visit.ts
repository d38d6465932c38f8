import type { Answer } from './try-room'
import type { ModelRoom } from './model-room'
import type { DataRoom } from './data-room'
import type { Notices } from './notices'
import type { RunQueue } from './run-queue'
import type { RunsRoom } from './runs-room'
import type { ScoreRoom, ScoreState } from './score-room'
import type { TrainRoom } from './train-room'
import type { TryRoom } from './try-room'
import { isRunning } from './train-room'
import { isStoreFull } from '../storage/full-store'
import type { Visit, VisitStore } from './visit-store'
import { dataFileKey } from './visit-store'

interface VisitParts {
  store: VisitStore
  notices: Notices
  model: ModelRoom
  data: DataRoom
  train: TrainRoom
  tryRoom: TryRoom
  score: ScoreRoom
  runs: RunsRoom
  queue: RunQueue
}

const SCORING = [
  'chosen',
  'onTheWay',
  'limit',
  'context',
  'documents',
  'retrieval',
  'judge',
  'thresholds',
  'file',
] as const
/** A field is typed into letter by letter. */
const SCORING_DELAY_MS = 300

/** Keeps what the rooms hold as they change, and brings it back at the next visit. */
export function createVisitKeeper({ store, notices, model, data, train, tryRoom, score, runs, queue }: VisitParts) {
  let isFull = false
  /** Nobody asked for this to be kept, so that a full store is said once, and nothing else is. */
  function put<K extends keyof Visit>(part: K, value: Visit[K]): void {
    store.put(part, value).catch(say)
  }
  function say(error: unknown) {
    if (isStoreFull(error) && !isFull) notices.fail(error)
    isFull ||= isStoreFull(error)
  }

  function keepData() {
    const { source, sample, mapping } = data.store.getState()
    if (sample) put('data', { sample: sample.file, mapping })
    else if (source?.kind === 'file') {
      const { file } = source
      store.keepFile(file).then((isKept) => isKept && put('data', { file: dataFileKey(file), mapping }), say)
    }
  }
  let scoringTimer: ReturnType<typeof setTimeout> | undefined
  function keepScoring({ file, ...now }: ScoreState) {
    const { chosen, onTheWay, limit, context, documents, retrieval, judge, thresholds } = now
    const choices = { chosen, onTheWay, limit, context, documents, retrieval, judge, thresholds }
    const kept = file ? store.keepFile(file) : Promise.resolve(false)
    kept.then((isKept) => put('scoring', { ...choices, file: file && isKept ? dataFileKey(file) : null }), say)
  }
  const isDone = ({ base, tuned }: Answer) => base.status === 'done' && tuned?.status !== 'writing'

  function keepAdapter() {
    const { adapter, adapterName: name, adapterRunId: runId, adapterFiles } = tryRoom.store.getState()
    const files = runId ? undefined : adapterFiles
    const { card } = model.store.getState()
    if (!card || isRunning(train.store.getState().phase)) return
    if (!adapter) put('adapter', null)
    else if (runId || files) put('adapter', { name, modelId: card.id, runId, ...(files ? { files: [...files] } : {}) })
  }

  return {
    /** From now on changes are kept. */
    follow() {
      model.store.subscribe(({ source, status }, before) => {
        if (source === before.source || status !== 'ready') return
        // Without the token, which is nowhere written down.
        if (source?.kind !== 'hub') put('model', null)
        else put('model', { endpoint: source.endpoint, id: source.id, revision: source.revision })
      })
      data.store.subscribe((now, before) => {
        const changed = now.summary !== before.summary || now.mapping !== before.mapping
        if (changed && now.status === 'ready' && !now.error) keepData()
      })
      train.store.subscribe((now, before) => {
        if (now.run !== before.run || now.touched !== before.touched) put('run', now.touched ? now.run : null)
        if (now.phase !== before.phase) keepAdapter()
      })
      score.store.subscribe((now, before) => {
        if (SCORING.every((name) => now[name] === before[name])) return
        clearTimeout(scoringTimer)
        scoringTimer = setTimeout(() => keepScoring(score.store.getState()), SCORING_DELAY_MS)
      })
      queue.store.subscribe((now, before) => {
        if (now.entries !== before.entries) put('queue', [...now.entries])
      })
      tryRoom.store.subscribe((now, before) => {
        if (now.answers !== before.answers && !now.busy) put('answers', now.answers.filter(isDone))
        if (now.busy !== before.busy && !now.busy) put('answers', now.answers.filter(isDone))
        if (now.adapter !== before.adapter || now.adapterFiles !== before.adapterFiles) keepAdapter()
      })
    },
    read: () => store.read().catch((): Visit => ({})),
    file: (key: string) => store.file(key).catch(() => null),
    /** What no run and no room needs any more goes. */
    tidy(current: Visit) {
      const ofRuns = (runs.store.getState().list ?? []).flatMap(({ data: { kept, evalFile } }) =>
        [kept ?? [], evalFile?.kept ?? []].flat(),
      )
      const ofRoom = current.data && 'file' in current.data ? [current.data.file] : []
      const ofJudging = current.evalFile ? [current.evalFile] : []
      const ofScoring = current.scoring?.file ? [current.scoring.file] : []
      return store.keepOnly([...ofRuns, ...ofRoom, ...ofJudging, ...ofScoring]).catch(() => {})
    },
    /** What was chosen to be scored. */
    async restoreScoring({ scoring }: Visit) {
      if (!scoring) return
      const { file, ...choices } = scoring
      score.restore(choices, file ? await this.file(file) : null)
    },
    /** Puts the adapter of before on the model, where it is of that model and its files are still there. */
    async restoreAdapter({ adapter }: Visit) {
      const { card } = model.store.getState()
      if (!adapter || adapter.modelId !== card?.id || isRunning(train.store.getState().phase)) return
      const files = adapter.runId ? await runs.files(adapter.runId, 'adapter') : (adapter.files ?? [])
      if (files.length === 0) return
      await tryRoom.loadAdapter(adapter.name, files, adapter.runId)
    },
  }
}
export type VisitKeeper = ReturnType<typeof createVisitKeeper>

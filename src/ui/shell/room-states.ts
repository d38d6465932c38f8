import { useFields, useStore } from '../read-store'
import type { Room } from '../../state/router'
import { isRunning } from '../../state/train-room'
import { useStudio, useWords } from '../studio-context'

interface RoomLine {
  text: string
  tone: 'none' | 'busy' | 'done' | 'error'
}
const none = (text: string): RoomLine => ({ text, tone: 'none' })
const busy = (text: string): RoomLine => ({ text, tone: 'busy' })
const done = (text: string): RoomLine => ({ text, tone: 'done' })
const failed = (text: string): RoomLine => ({ text, tone: 'error' })

/** What each room has come to, for the rail. */
export function useRoomStates(): Record<Room, RoomLine> {
  const studio = useStudio()
  return {
    model: useModelLine(),
    data: useDataLine(),
    train: useTrainLine(),
    try: useTryLine(),
    score: useScoreLine(),
    export: useExportLine(),
    runs: useRunsLine(studio),
  }
}

function useModelLine(): RoomLine {
  const { t, percent } = useWords()
  const { status, card, progress, error } = useFields(useStudio().model.store, 'status', 'card', 'progress', 'error')
  if (status === 'loading') return busy(progress?.total ? percent(progress.done / progress.total) : t('rail.loading'))
  // A load that failed leaves a model that stands as it was.
  if (error && !card) return failed(t('rail.failed'))
  return card ? done(card.name) : none(t('rail.none'))
}

function useDataLine(): RoomLine {
  const { t } = useWords()
  const { status, summary, error } = useFields(useStudio().data.store, 'status', 'summary', 'error')
  if (status === 'loading') return busy(t('rail.reading'))
  // A file that was refused leaves the set of before in its place.
  if (error && !summary?.rowsKept) return failed(t('rail.failed'))
  return summary ? done(t('rail.rows', { n: summary.rowsKept })) : none(t('rail.none'))
}

function useTrainLine(): RoomLine {
  const studio = useStudio()
  const { t, percent, measure } = useWords()
  const { error, phase, step, steps, outcome, plan } = useFields(
    studio.train.store,
    'error',
    'phase',
    'step',
    'steps',
    'outcome',
    'plan',
  )
  if (error) return failed(t('rail.failed'))
  if (isRunning(phase)) {
    const loss = studio.train.points().at(-1)?.loss
    const share = steps > 0 ? percent(step / steps) : t('rail.starting')
    if (phase === 'paused') return none(t('rail.paused', { share }))
    return busy(loss === undefined ? share : `${share} · ${measure(loss)}`)
  }
  const last = outcome?.log.at(-1)
  if (last) return done(t('rail.loss', { loss: measure(last.loss) }))
  return none(plan ? t('rail.ready') : t('rail.waiting'))
}

function useTryLine(): RoomLine {
  const { t } = useWords()
  const adapter = useStore(useStudio().try.store, (state) => state.adapter)
  const card = useStore(useStudio().model.store, (state) => state.card)
  if (!card) return none(t('rail.waiting'))
  return adapter ? done(t('rail.baseAndTuned')) : none(t('rail.baseOnly'))
}

function useScoreLine(): RoomLine {
  const { t, percent } = useWords()
  const { phase, progress, scores } = useFields(useStudio().score.store, 'phase', 'progress', 'scores')
  if (phase !== 'idle') return busy(progress?.total ? percent(progress.done / progress.total) : t('rail.starting'))
  const verdict = scores?.verdicts[0]?.verdict
  if (verdict) return done(t(`score.verdict.${verdict}`))
  return scores ? done(t('rail.baseOnly')) : none(t('rail.noneYet'))
}

function useExportLine(): RoomLine {
  const { t } = useWords()
  const adapter = useStore(useStudio().try.store, (state) => state.adapter)
  const working = useStore(useStudio().exporting.store, (state) => state.busy)
  const training = useStore(useStudio().train.store, ({ phase }) => isRunning(phase))
  if (working) return busy(t('rail.writing'))
  return adapter && !training ? done(t('rail.adapterReady')) : none(t('rail.nothingYet'))
}

function useRunsLine(studio: ReturnType<typeof useStudio>): RoomLine {
  const { t } = useWords()
  const { list, unkept } = useFields(studio.runs.store, 'list', 'unkept')
  const count = (list?.length ?? 0) - unkept.length
  if (count > 0) return done(t('rail.kept', { n: count }))
  return none(t(unkept.length > 0 ? 'runs.unkept' : 'rail.noneYet'))
}

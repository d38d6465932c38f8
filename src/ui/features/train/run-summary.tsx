import { useStore } from '../../read-store'
import type { TrainOutcome } from '../../../engine/api/types'
import { ActionButton } from '../../kit/action-button'
import { ButtonLink } from '../../kit/button'
import { Stat } from '../../kit/stat'
import { useStudio, useWords } from '../../studio-context'
import note from '../../kit/note.module.css'
import stat from '../../kit/stat.module.css'
import styles from './train.module.css'

/** What came of it, and what to do next. */
export function RunSummary({ outcome }: { outcome: TrainOutcome }) {
  const studio = useStudio()
  const { t, num, measure, duration } = useWords()
  const runId = useStore(studio.train.store, (state) => state.runId)
  const isKept = useStore(studio.runs.store, ({ list }) => list?.some(({ id }) => id === runId))
  const isUnkept = useStore(studio.runs.store, ({ unkept }) => runId !== null && unkept.includes(runId))
  const best = useStore(studio.train.store, ({ run }) => run.load_best_model_at_end)
  const first = outcome.log.at(0)?.loss
  const last = outcome.log.at(-1)?.loss
  return (
    <div className={styles.runSummary}>
      <h2>{t(outcome.reason === 'finished' ? 'summary.finished' : 'summary.stopped')}</h2>
      <dl className={stat.stats}>
        <Stat label={t('summary.loss')}>
          {first === undefined || last === undefined ? '–' : `${measure(first)} → ${measure(last)}`}
        </Stat>
        <Stat label={t('plan.steps')}>{num(outcome.steps)}</Stat>
        {best && outcome.best && <Stat label={t('summary.best')}>{num(outcome.best.step)}</Stat>}
        <Stat label={t('summary.time')}>{duration(outcome.seconds)}</Stat>
      </dl>
      {isUnkept ? (
        <p className={note.warning}>
          {t('summary.unkept')} <ActionButton id="export.adapter" />
        </p>
      ) : (
        isKept && <p className="muted">{t('summary.kept')}</p>
      )}
      <p className="row">
        <ButtonLink kind="plain" href="#/export">
          {t('summary.export')}
        </ButtonLink>
      </p>
    </div>
  )
}

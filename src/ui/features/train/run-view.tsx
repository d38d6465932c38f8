import { useFields, useStore } from '../../read-store'
import { isRunning } from '../../../state/train-room'
import { useStudio } from '../../studio-context'
import { CurveCharts } from '../charts/curve-charts'
import { HeldOutWords } from './held-out-words'
import { QueuePanel } from './queue-panel'
import { RunLog } from './run-log'
import { SteerPanel } from './steer-panel'
import { RunSummary } from './run-summary'
import { AnswersView } from './answers-view'
import { MemoryBar } from './plan-view'
import styles from './train.module.css'

/** During and after a run: curves left, words right. */
export function RunView() {
  const studio = useStudio()
  const { phase, version, evaluations, steerings, runId, outcome, plan, answers, log } = useFields(
    studio.train.store,
    'phase',
    'version',
    'evaluations',
    'steerings',
    'runId',
    'outcome',
    'plan',
    'answers',
    'log',
  )
  const hasQueue = useStore(studio.queue.store, ({ entries }) => entries.length > 0)
  const { list, picked } = useFields(studio.runs.store, 'list', 'picked')
  const underlays = (list ?? []).filter((record) => picked.includes(record.id) && record.id !== runId)
  return (
    <div className={styles.runView} data-live={isRunning(phase) || undefined}>
      <CurveCharts
        points={studio.train.points()}
        version={version}
        evaluations={evaluations}
        steerings={steerings}
        underlays={underlays}
      />
      <aside>
        {outcome && <RunSummary outcome={outcome} />}
        <SteerPanel />
        <HeldOutWords rows={evaluations} points={studio.train.points()} log={log} />
        <AnswersView answers={answers} stopped={outcome?.reason === 'stopped'} />
        {hasQueue && <QueuePanel />}
        <RunLog log={log} />
        {plan && <MemoryBar plan={plan} />}
      </aside>
    </div>
  )
}

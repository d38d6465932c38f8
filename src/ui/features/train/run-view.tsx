import { useFields } from '../../read-store'
import { useStudio } from '../../studio-context'
import { CurveCharts } from '../charts/curve-charts'
import { RunLog } from './run-log'
import { RunSummary } from './run-summary'
import { AnswersView } from './answers-view'
import { MemoryBar } from './plan-view'

/** During and after a run: curves left, words right. */
export function RunView() {
  const studio = useStudio()
  const { version, runId, outcome, plan, answers, log } = useFields(
    studio.train.store,
    'version',
    'runId',
    'outcome',
    'plan',
    'answers',
    'log',
  )
  const { list, picked } = useFields(studio.runs.store, 'list', 'picked')
  const underlays = (list ?? []).filter((record) => picked.includes(record.id) && record.id !== runId)
  return (
    <div className="run-view">
      <CurveCharts points={studio.train.points()} version={version} underlays={underlays} />
      <aside>
        {outcome && <RunSummary outcome={outcome} />}
        <AnswersView answers={answers} stopped={outcome?.reason === 'stopped'} />
        <RunLog log={log} />
        {plan && <MemoryBar plan={plan} />}
      </aside>
    </div>
  )
}

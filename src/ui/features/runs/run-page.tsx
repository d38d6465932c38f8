import { useState } from 'react'
import { RUN_FILE } from '../../../contracts/file-names'
import { canResume } from '../../../state/run-record'
import type { RunRecord } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { CodeBox } from '../../kit/code-box'
import { Part, RoomFrame } from '../../kit/room'
import { Stat } from '../../kit/stat'
import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { CurveCharts } from '../charts/curve-charts'
import { AnswersView } from '../train/answers-view'
import { HeldOutWords } from '../train/held-out-words'
import { RunLog } from '../train/run-log'
import { RunName } from './run-name'
import { RunOriginView } from './run-origin'
import room from '../../kit/room.module.css'
import stat from '../../kit/stat.module.css'
import train from '../train/train.module.css'

/** All that is kept of one run: curve, answers on the way, data, settings, log, files. */
export function RunPage({ record }: { record: RunRecord | undefined }) {
  const { t } = useWords()
  return (
    <RoomFrame title={t('room.runs')} lead={<a href="#/runs">{t('runs.back')}</a>}>
      {record ? <Whole record={record} /> : <p className={room.empty}>{t('runs.gone')}</p>}
    </RoomFrame>
  )
}

function Whole({ record }: { record: RunRecord }) {
  const studio = useStudio()
  const { t, num, measure, duration, when } = useWords()
  const running = useStore(studio.train.store, () => studio.running())
  const [editing, setEditing] = useState<'name' | 'tags' | null>(null)
  const attempt = (job: Promise<unknown>) => void job.catch(studio.notices.fail)
  const save = (name: string, value: unknown) => studio.exporting.saveText(name, JSON.stringify(value, null, 2) + '\n')
  const { curve, data, evaluations = [], from, model, run } = record
  const [first, last] = [curve.at(0)?.loss, curve.at(-1)?.loss]
  return (
    <>
      <h2>
        <RunName record={record} editing={editing} onEdit={setEditing} />
      </h2>
      <dl className={stat.stats}>
        <Stat label={t('summary.loss')}>
          {first === undefined || last === undefined ? '–' : `${measure(first)} → ${measure(last)}`}
        </Stat>
        <Stat label={t('runs.steps')}>{num(record.steps)}</Stat>
        <Stat label={t('summary.time')}>{duration(record.seconds)}</Stat>
        <Stat label={t('runs.when')}>{when(record.startedAt)}</Stat>
        <Stat label={t('room.model')}>{model.name}</Stat>
        <Stat label={t('room.data')}>{t('runs.learnt', { name: data.name, rows: data.rows })}</Stat>
        {from && (
          <Stat label={t('runs.from')}>
            <RunOriginView from={from} />
          </Stat>
        )}
      </dl>
      <p className="row">
        {canResume(record) && (
          <Button kind="primary" disabled={running} onClick={() => void studio.resumeRun(record)}>
            {t('train.resume')}
          </Button>
        )}
        {record.adapterBytes > 0 && (
          <>
            <Button onClick={() => attempt(studio.downloadAdapter(record))}>{t('export.downloadAdapter')}</Button>
            <Button disabled={running} onClick={() => attempt(studio.tryRun(record))}>
              {t('runs.tryIt')}
            </Button>
          </>
        )}
        {record.mergedBytes > 0 && (
          <Button onClick={() => attempt(studio.downloadKeptMerged(record))}>
            {t('runs.downloadMerged', { step: String(record.mergedStep ?? record.steps) })}
          </Button>
        )}
        <Button onClick={() => attempt(studio.packs.save(record))}>{t('runs.pack')}</Button>
        <Button onClick={() => save('trainer_state.json', record.trainerState)}>{t('export.trainerState')}</Button>
      </p>
      <div className={train.runView}>
        <CurveCharts points={curve} version={curve.length} evaluations={evaluations} steerings={run.history ?? []} />
        <aside>
          <HeldOutWords rows={evaluations} points={curve} log={record.log ?? []} />
          <AnswersView answers={record.answers ?? []} stopped={record.reason === 'stopped'} />
          <RunLog log={record.log ?? []} />
        </aside>
      </div>
      <Part
        title={t('train.settings')}
        aside={
          <Button kind="quiet" disabled={running} onClick={() => studio.reuseSettings(run)}>
            {t('runs.useSettings')}
          </Button>
        }
      >
        <CodeBox label={RUN_FILE} code={JSON.stringify(run, null, 2)} />
        {data.mapping && <CodeBox label={t('data.mapping')} code={JSON.stringify(data.mapping, null, 2)} />}
      </Part>
    </>
  )
}

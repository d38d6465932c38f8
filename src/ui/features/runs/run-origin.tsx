import { useStore } from '../../read-store'
import type { RunOrigin } from '../../../state/run-record'
import { useStudio, useWords } from '../../studio-context'

/** What a run goes on from, with a link where it is a run that is still kept here. */
export function RunOriginView({ from }: { from: RunOrigin }) {
  const studio = useStudio()
  const { t, num } = useWords()
  const run = useStore(studio.runs.store, ({ list }) => list?.find(({ id }) => id === from.id))
  return (
    <>
      {run ? <a href={`#/runs/${run.id}`}>{run.name}</a> : from.name}
      {from.step !== undefined && <small className="muted"> {t('runs.fromStep', { step: num(from.step) })}</small>}
    </>
  )
}

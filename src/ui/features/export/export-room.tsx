import { useFields, useStore } from '../../read-store'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { ErrorNote } from '../../kit/error-note'
import { ProgressBar } from '../../kit/progress-bar'
import { Part, RoomFrame } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { AsksOption, ExportProof } from './export-proof'
import { FileList } from './file-list'
import { adapterCode, mergedCode } from './how-to-load'
import { Formats } from './formats'
import { HubPush } from './hub-push'
import { MergeOptionsView } from './merge-options'
import { CodeBox } from '../../kit/code-box'
import { RUN_FILE } from '../../../contracts/file-names'
import { handoverStep } from '../../../state/run-record'
import type { RunRecord } from '../../../state/run-record'
import loading from '../../kit/loading.module.css'
import room from '../../kit/room.module.css'

export function ExportRoom() {
  const studio = useStudio()
  const { t, bytes } = useWords()
  const { adapter, adapterName, adapterRunId } = useFields(studio.try.store, 'adapter', 'adapterName', 'adapterRunId')
  const list = useStore(studio.runs.store, (state) => state.list)
  const card = useStore(studio.model.store, (state) => state.card)
  const { adapterFiles, mergedFiles, mergedFolder, error, busy } = useFields(
    studio.exporting.store,
    'adapterFiles',
    'mergedFiles',
    'mergedFolder',
    'error',
    'busy',
  )
  const running = useStore(studio.train.store, () => studio.running())
  const { phase, step } = useFields(studio.train.store, 'phase', 'step')
  const paused = phase === 'paused'
  const record = list?.find(({ id }) => id === adapterRunId)
  if (!adapter) {
    return (
      <RoomFrame title={t('room.export')} lead={t('export.lead')}>
        <p className={room.empty}>
          {t('export.empty')} <a href="#/train">{t('export.goTrain')}</a>
        </p>
        {/* Here too, greyed: what this room is for is seen before there is anything to save. */}
        <p className="row">
          <ActionButton id="export.adapter" />
          <ActionButton id="export.merged" />
        </p>
      </RoomFrame>
    )
  }
  const baseId = card?.id ?? adapter.baseModel ?? ''
  return (
    <RoomFrame title={t('room.export')} lead={t('export.leadFor', { name: adapterName })}>
      <ErrorNote error={error} />
      {running && (
        <p className="muted">{paused ? t('export.whilePaused', { step: String(step) }) : t('export.whileTraining')}</p>
      )}
      {busy && <Writing />}
      <AsksOption />
      <div className={room.pair}>
        <Part
          title={t('export.adapter')}
          aside={record && record.adapterBytes > 0 && <span className="num muted">{bytes(record.adapterBytes)}</span>}
        >
          <p>{t('export.adapterText')}</p>
          <p className="row">
            <ActionButton id="export.adapter" kind="primary" />
          </p>
          {adapterFiles && <FileList files={adapterFiles} />}
          <ExportProof of={(kind) => kind === 'peft'} />
          <CodeBox
            label={t('export.howAdapter', { folder: `./${studio.exportName()}` })}
            code={adapterCode(baseId, studio.exportName(), document.baseURI)}
          />
        </Part>
        <Part title={t('export.merged')}>
          <p>{t('export.mergedText')}</p>
          <MergeOptionsView />
          <p className="row">
            <ActionButton id="export.merged" />
            {studio.exporting.canPickFolder && (
              <Button disabled={busy !== null || running} onClick={() => void studio.downloadMerged('folder')}>
                {t('export.toFolder')}
              </Button>
            )}
          </p>
          {mergedFiles && <FileList files={mergedFiles} />}
          <ExportProof of={(kind) => kind === 'safetensors'} />
          <CodeBox label={t('export.howMerged')} code={mergedCode(mergedFolder || `${studio.exportName()}-merged`)} />
        </Part>
      </div>
      <div className={room.pair}>
        <Formats />
        <HubPush />
      </div>
      <div className={room.pair}>
        {record && <Handover record={record} />}
        <Part title={t('export.config')}>
          <p>{t('export.configText')}</p>
          <p className="row">
            <Button
              onClick={() =>
                studio.exporting.saveText(
                  RUN_FILE,
                  JSON.stringify(record?.run ?? studio.train.store.getState().run, null, 2) + '\n',
                )
              }
            >
              {t('train.saveRunFile')}
            </Button>
            {record && !running && (
              <Button
                onClick={() =>
                  studio.exporting.saveText('trainer_state.json', JSON.stringify(record.trainerState, null, 2) + '\n')
                }
              >
                {t('export.trainerState')}
              </Button>
            )}
          </p>
        </Part>
      </div>
    </RoomFrame>
  )
}

/** The run goes on elsewhere, from its newest checkpoint. */
function Handover({ record }: { record: RunRecord }) {
  const studio = useStudio()
  const { t } = useWords()
  const busy = useStore(studio.exporting.store, (state) => state.busy)
  const running = useStore(studio.train.store, () => studio.running())
  const step = handoverStep(record)
  return (
    <Part title={t('export.handover')}>
      <p>{t('export.handoverText')}</p>
      <p className="row">
        <Button
          disabled={step === null || busy !== null || running}
          onClick={() => void studio.handOver(record).catch(studio.notices.fail)}
        >
          {t('export.handoverButton')}
        </Button>
        <span className="muted">
          {step === null ? t('export.handoverNone') : t('export.handoverFrom', { step: String(step) })}
        </span>
      </p>
    </Part>
  )
}

const LABELS = {
  adapter: 'export.adapter',
  merged: 'export.merged',
  format: 'export.formats',
  handover: 'export.handover',
  push: 'export.push',
} as const

function Writing() {
  const studio = useStudio()
  const { t, bytes } = useWords()
  const { bytesWritten, startedAt, progress, busy, sending, checking } = useFields(
    studio.exporting.store,
    'bytesWritten',
    'startedAt',
    'progress',
    'busy',
    'sending',
    'checking',
  )
  const seconds = (Date.now() - startedAt) / 1000
  const label = t(LABELS[busy ?? 'adapter'])
  return (
    <div className={loading.loading} role="status">
      <div className={loading.loadingHead}>
        <p>
          <strong>{checking ? t('export.checking') : label}</strong>{' '}
          <span className="muted num">
            {sending
              ? t('export.sent', { bytes: bytes(progress?.done ?? 0), total: bytes(progress?.total ?? 0) })
              : t('export.written', { bytes: bytes(bytesWritten) })}
            {!sending &&
              seconds > 1 &&
              bytesWritten > 0 &&
              ` · ${t('perSecond', { rate: bytes(bytesWritten / seconds) })}`}
          </span>
        </p>
        <Button onClick={studio.exporting.cancel}>{t(checking ? 'export.checkSkip' : 'cancel')}</Button>
      </div>
      <ProgressBar label={label} done={progress?.done ?? 0} total={progress?.total ?? 0} />
    </div>
  )
}

import { useEffect, useState } from 'react'
import type { ModelFit } from '../../../engine/api/types'
import { KNOWN_MODELS } from '../../../state/known-models'
import type { KnownModel } from '../../../state/known-models'
import { memoryOf } from '../../../state/model-choice'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { Segmented } from '../../kit/segmented'
import { Select } from '../../kit/select'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './which-model.module.css'

const GIGABYTES = [0, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128].map(String)
type Kind = 'published' | 'twin'

/** What is known to work, with the planner's verdict on each before anything of it is fetched. */
export function WhichModel() {
  const studio = useStudio()
  const { t, num, bytes } = useWords()
  const [kind, setKind] = useState<Kind>('published')
  const gpu = useStore(studio.model.store, (state) => state.gpu)
  const run = useStore(studio.train.store, (state) => state.run)
  const running = useStore(studio.train.store, () => studio.running())
  const gpuMemory = useStore(studio.prefs, (prefs) => prefs.gpuMemory)
  const { fits, tokens, batch } = useFields(studio.choice.store, 'fits', 'tokens', 'batch')
  useEffect(() => {
    // Planning takes a moment of the engine, which a run has better uses for.
    if (gpu && !running) void studio.choice.judge(gpu, run, gpuMemory)
  }, [studio, gpu, run, running, gpuMemory])
  if (!gpu) return null
  const memory = memoryOf(gpu, { gpuMemory })
  return (
    <Part
      title={t('which.title')}
      aside={
        <Segmented
          label={t('which.kind')}
          value={kind}
          options={(['published', 'twin'] as const).map((value) => ({ value, label: t(`which.${value}`) }))}
          onChange={setKind}
        />
      }
    >
      <p className="muted">{t('which.lead', { tokens: num(tokens), batch })}</p>
      <div className={styles.memory}>
        <label htmlFor="gpu-memory">{t('which.memory')}</label>
        <span>
          <Select
            id="gpu-memory"
            value={String(gpuMemory)}
            options={GIGABYTES.map((value) => ({
              value,
              label:
                value === '0' ? t('which.guess', { bytes: bytes(memory.isStated ? 0 : memory.bytes) }) : `${value} GB`,
            }))}
            onChange={(value) => studio.prefs.setState({ gpuMemory: Number(value) })}
          />
        </span>
        <small className="muted">{t(memory.isStated ? 'which.stated' : 'which.unsaid')}</small>
      </div>
      <table className={styles.models}>
        <caption className="visually-hidden">{t('which.title')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('which.model')}</th>
            <th scope="col">{t('which.goodFor')}</th>
            <th scope="col">{t('model.parameters')}</th>
            <th scope="col">{t('which.fetch')}</th>
            <th scope="col">{t('which.verdict')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {KNOWN_MODELS.map((model, i) => (
            <Row key={model.id} model={model} kind={kind} fit={fits?.[i] ?? null} />
          ))}
        </tbody>
      </table>
    </Part>
  )
}

function Row({ model, kind, fit }: { model: KnownModel; kind: Kind; fit: ModelFit | null }) {
  const studio = useStudio()
  const { t, bytes, compact } = useWords()
  const endpoint = useStore(studio.prefs, (prefs) => prefs.hubEndpoint)
  const running = useStore(studio.train.store, () => studio.running())
  const loading = useStore(studio.model.store, (state) => state.status === 'loading')
  const id = kind === 'twin' ? model.twin : model.id
  const choose = () => {
    studio.model.fillDoor({ id, revision: 'main' })
    void studio.model.loadHub(id, 'main')
  }
  return (
    <tr data-model={id}>
      <th scope="row">
        <a href={`${endpoint}/${id}`} target="_blank" rel="noreferrer">
          {id.split('/')[1]}
        </a>
        <small className="muted">
          {model.license}
          {model.isGated && kind === 'published' && ` · ${t('which.gated')}`}
        </small>
      </th>
      <td data-label={t('which.goodFor')}>{t(`which.good.${model.goodFor}`)}</td>
      <td data-label={t('model.parameters')} className="num">
        {fit && compact(fit.parameters)}
      </td>
      <td data-label={t('which.fetch')} className="num">
        {fit && bytes(kind === 'twin' ? fit.fourBitBytes : fit.fetchBytes)}
      </td>
      <td data-label={t('which.verdict')}>
        {fit ? (
          <>
            <span className={styles.verdict} data-verdict={fit.verdict}>
              {t(`which.${fit.verdict}`)}
            </span>{' '}
            <small className="muted num">{bytes(fit.peakBytes)}</small>
          </>
        ) : (
          <span className="muted">…</span>
        )}
      </td>
      <td className={styles.choose}>
        <Button kind="quiet" disabled={running || loading} aria-label={t('which.load', { name: id })} onClick={choose}>
          {t('which.choose')}
        </Button>
      </td>
    </tr>
  )
}

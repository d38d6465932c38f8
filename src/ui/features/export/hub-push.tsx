import { useId, useState } from 'react'
import type { MessageKey } from '../../../i18n'
import { Button } from '../../kit/button'
import { Part } from '../../kit/room'
import { Select } from '../../kit/select'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './export.module.css'

/** What has a door of its own above is called as it is there. */
const NAMES: Record<string, MessageKey> = { peft: 'export.adapter', safetensors: 'export.merged' }

/** Adapter or model onto a hub. The token lives in this form alone and is gone with it. */
export function HubPush() {
  const studio = useStudio()
  const { t } = useWords()
  const offers = useStore(studio.model.store, (state) => state.card?.exports)
  const endpoint = useStore(studio.prefs, (prefs) => prefs.hubEndpoint)
  const running = useStore(studio.train.store, () => studio.running())
  const { busy, pushed } = useFields(studio.exporting.store, 'busy', 'pushed')
  const [kind, setKind] = useState('peft')
  const [id, setId] = useState('')
  const [token, setToken] = useState('')
  const [isPrivate, setPrivate] = useState(true)
  const [license, setLicense] = useState(() => studio.currentRun()?.data.license ?? '')
  const what = useId()
  const options = (offers ?? [])
    .filter(({ obstacle }) => obstacle === null)
    .map((offer) => ({ value: offer.kind, label: t(NAMES[offer.kind] ?? (`format.${offer.kind}` as MessageKey)) }))
  const words = { spellCheck: false, autoComplete: 'off' } as const
  return (
    <Part title={t('export.push')}>
      <p>{t('export.pushText')}</p>
      <form
        className={styles.push}
        onSubmit={(event) => {
          event.preventDefault()
          const to = { endpoint: endpoint.replace(/\/+$/, ''), id: id.trim(), token: token.trim(), isPrivate }
          void studio.pushExport(kind, to, license.trim()).catch(studio.notices.fail)
        }}
      >
        <div className={form.field}>
          <label htmlFor={what}>{t('export.pushWhat')}</label>
          <Select id={what} value={kind} options={options} onChange={setKind} />
        </div>
        <label className={form.field}>
          <span>{t('export.pushRepo')}</span>
          <input value={id} onChange={(event) => setId(event.target.value)} {...words} />
        </label>
        <label className={form.field}>
          <span>{t('export.pushToken')}</span>
          <input type="password" value={token} onChange={(event) => setToken(event.target.value)} {...words} />
        </label>
        <label className={form.option}>
          <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
          <span>
            {t('export.pushPrivate')} <small className="muted">{t('export.pushPrivateHelp')}</small>
          </span>
        </label>
        <details>
          <summary>{t('export.pushMore')}</summary>
          <label className={form.field}>
            <span>{t('model.hub.endpoint')}</span>
            <input
              type="url"
              value={endpoint}
              onChange={(event) => studio.prefs.setState({ hubEndpoint: event.target.value })}
              {...words}
            />
          </label>
          <label className={form.field}>
            <span>{t('export.pushLicense')}</span>
            <input value={license} onChange={(event) => setLicense(event.target.value)} {...words} />
          </label>
        </details>
        <Button type="submit" disabled={busy !== null || running || id.trim() === ''}>
          {t('export.pushButton')}
        </Button>
      </form>
      {pushed && (
        <p role="status">
          {t('export.pushed', { count: String(pushed.files.length) })}{' '}
          <a href={pushed.url} target="_blank" rel="noreferrer">
            {pushed.url}
          </a>
        </p>
      )}
    </Part>
  )
}

import { useState } from 'react'
import { useStore } from '../../read-store'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './model.module.css'

export function HubDoor() {
  const studio = useStudio()
  const { t } = useWords()
  const endpoint = useStore(studio.prefs, (prefs) => prefs.hubEndpoint)
  const running = useStore(studio.train.store, () => studio.running())
  const { id, revision } = useStore(studio.model.store, (state) => state.door)
  const [token, setToken] = useState('')
  return (
    <form
      className={styles.door}
      onSubmit={(event) => {
        event.preventDefault()
        if (id.trim()) void studio.model.loadHub(id.trim(), revision.trim(), token.trim())
      }}
    >
      <h3>{t('model.hub.title')}</h3>
      <p>{t('model.hub.text')}</p>
      <label className={form.field}>
        <span>{t('model.hub.id')}</span>
        <input
          value={id}
          onChange={(event) => studio.model.fillDoor({ id: event.target.value })}
          spellCheck={false}
          autoComplete="off"
        />
      </label>
      <details>
        <summary>{t('model.hub.more')}</summary>
        <label className={form.field}>
          <span>{t('model.hub.revision')}</span>
          <input
            value={revision}
            onChange={(event) => studio.model.fillDoor({ revision: event.target.value })}
            spellCheck={false}
          />
        </label>
        <label className={form.field}>
          <span>{t('model.hub.endpoint')}</span>
          <input
            type="url"
            value={endpoint}
            onChange={(event) => studio.prefs.setState({ hubEndpoint: event.target.value })}
            spellCheck={false}
          />
        </label>
        <label className={form.field}>
          <span>{t('model.hub.token')}</span>
          <input type="password" value={token} onChange={(event) => setToken(event.target.value)} autoComplete="off" />
        </label>
      </details>
      <Button type="submit" disabled={running}>
        {t('model.loadHub')}
      </Button>
    </form>
  )
}

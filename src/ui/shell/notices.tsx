import { useStore } from '../read-store'
import { Button } from '../kit/button'
import { useStudio, useWords } from '../studio-context'
import styles from './notices.module.css'

export function Notices() {
  const { notices } = useStudio()
  const words = useWords()
  const list = useStore(notices.store, (state) => state.list)
  return (
    <div className={styles.notices} aria-live="polite">
      {list.map((notice) => (
        <div
          key={notice.id}
          className={notice.error ? `${styles.notice} ${styles.noticeError}` : styles.notice}
          role={notice.error ? 'alert' : undefined}
        >
          <p>
            {notice.error ? words.error(notice.error) : notice.text && words.t(notice.text.key, notice.text.params)}
          </p>
          {notice.button && (
            <Button
              kind="quiet"
              className={styles.action}
              onClick={() => {
                notice.button?.perform()
                notices.dismiss(notice.id)
              }}
            >
              {words.t(notice.button.label)}
            </Button>
          )}
          <button
            type="button"
            className={styles.noticeClose}
            aria-label={words.t('dismiss')}
            onClick={() => notices.dismiss(notice.id)}
          >
            ×
          </button>
        </div>
      ))}
    </div>
  )
}

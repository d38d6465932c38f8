import { useState } from 'react'
import { useWords } from '../studio-context'
import { Button } from './button'
import styles from './code-box.module.css'

export function CodeBox({ code, label }: { code: string; label: string }) {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(code)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <figure className={styles.codeBox}>
      <figcaption>
        <span>{label}</span>
        <Button kind="quiet" onClick={() => void copy()}>
          {copied ? t('copied') : t('copy')}
        </Button>
      </figcaption>
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </figure>
  )
}

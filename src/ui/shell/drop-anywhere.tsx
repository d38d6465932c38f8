import { useEffect, useState } from 'react'
import { takeFiles } from '../intake'
import { readDrop } from '../read-drop'
import { useStudio, useWords } from '../studio-context'
import styles from './drop-anywhere.module.css'

/** The whole window takes drops; a veil says what may be let go here. */
export function DropAnywhere() {
  const studio = useStudio()
  const { t } = useWords()
  const [over, setOver] = useState(false)
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth++
      setOver(true)
    }
    const leave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const hover = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (!event.dataTransfer || !hasFiles(event)) return
      event.preventDefault()
      readDrop(event.dataTransfer)
        .then(({ name, files }) => (files.length > 0 ? takeFiles(studio, name, files) : undefined))
        .catch(studio.notices.fail)
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hover)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', hover)
      window.removeEventListener('drop', drop)
    }
  }, [studio])
  return over ? <div className={styles.dropVeil}>{t('drop.veil')}</div> : null
}

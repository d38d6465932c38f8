import { useId, useState } from 'react'
import type { RunRecord } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { DialogFrame } from '../../kit/dialog'
import { Select } from '../../kit/select'
import { useStudio, useWords } from '../../studio-context'
import form from '../../kit/form.module.css'
import styles from './try.module.css'

/** The adapter that is there and one of a kept run, with a weight each. */
export function Mix({ others, onClose }: { others: readonly RunRecord[]; onClose: () => void }) {
  const studio = useStudio()
  const { t } = useWords()
  const [id, setId] = useState(others[0].id)
  const [weights, setWeights] = useState<[number, number]>([0.5, 0.5])
  const select = useId()
  const other = others.find((record) => record.id === id) ?? others[0]
  const names = [studio.try.store.getState().adapterName, other.name]
  return (
    <DialogFrame label={t('try.mixTitle')} onClose={onClose}>
      <div className={styles.mix}>
        <h2>{t('try.mixTitle')}</h2>
        <p className="muted">{t('try.mixLead')}</p>
        <div className={form.field}>
          <label htmlFor={select}>{t('try.mixWith')}</label>
          <Select
            id={select}
            value={other.id}
            options={others.map((record) => ({ value: record.id, label: record.name }))}
            onChange={setId}
          />
        </div>
        {names.map((name, i) => (
          <label key={i} className={form.field}>
            <span>{t('try.mixWeight', { name })}</span>
            <input
              type="number"
              className="num"
              step={0.05}
              value={weights[i]}
              onChange={({ target: { valueAsNumber: value } }) => {
                if (Number.isFinite(value)) setWeights(i === 0 ? [value, weights[1]] : [weights[0], value])
              }}
            />
          </label>
        ))}
        <Button
          kind="primary"
          onClick={() => {
            onClose()
            void studio.mixAdapters(weights[0], { record: other, weight: weights[1] }).catch(studio.notices.fail)
          }}
        >
          {t('try.mixDo')}
        </Button>
      </div>
    </DialogFrame>
  )
}

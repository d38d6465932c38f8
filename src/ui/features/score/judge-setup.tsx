import type { JudgeChoice } from '../../../state/judge-choice'
import { Segmented } from '../../kit/segmented'
import { useFields } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import styles from './score.module.css'

const WHO = ['none', 'endpoint', 'engine', 'onnx', 'base'] as const
const MODES = ['pairwise', 'single', 'both'] as const

/**
 * Who judges where a model must: nobody, an endpoint with its key in memory alone, a second model in this tab, or the
 * base model, weakly.
 */
export function JudgeSetup() {
  const { score } = useStudio()
  const { t } = useWords()
  const { judge, phase } = useFields(score.store, 'judge', 'phase')
  return (
    <fieldset className={styles.choices} disabled={phase !== 'idle'}>
      <legend>{t('score.judge')}</legend>
      <Segmented
        label={t('score.judge.who')}
        value={judge.who}
        options={WHO.map((value) => ({ value, label: t(`score.judge.${value}`) }))}
        onChange={(who) => score.judgeBy({ who })}
      />
      {judge.who === 'base' && <p className="muted">{t('score.judge.weak')}</p>}
      {judge.who === 'endpoint' && <Endpoint judge={judge} />}
      {(judge.who === 'engine' || judge.who === 'onnx') && (
        <label className={styles.field}>
          {t(`score.judge.${judge.who}.id`)}
          <input value={judge.id} onChange={({ target }) => score.judgeBy({ id: target.value.trim() })} />
          <span className="muted">{t(`score.judge.${judge.who}.hint`)}</span>
        </label>
      )}
      {judge.who !== 'none' && (
        <>
          <Segmented
            label={t('score.judge.mode')}
            value={judge.mode}
            options={MODES.map((value) => ({ value, label: t(`score.judge.${value}`) }))}
            onChange={(mode) => score.judgeBy({ mode })}
          />
          <label className={styles.field}>
            {t('score.judge.rubric')}
            <textarea
              rows={3}
              value={judge.rubric}
              onChange={({ target }) => score.judgeBy({ rubric: target.value })}
            />
          </label>
        </>
      )}
    </fieldset>
  )
}

function Endpoint({ judge }: { judge: JudgeChoice }) {
  const { score } = useStudio()
  const { t } = useWords()
  return (
    <>
      <label className={styles.field}>
        {t('score.judge.url')}
        <input
          type="url"
          placeholder="http://localhost:8000/v1"
          value={judge.url}
          onChange={({ target }) => score.judgeBy({ url: target.value.trim() })}
        />
      </label>
      <label className={styles.field}>
        {t('score.judge.model')}
        <input value={judge.model} onChange={({ target }) => score.judgeBy({ model: target.value.trim() })} />
      </label>
      <label className={styles.field}>
        {t('score.judge.key')}
        <input type="password" autoComplete="off" onChange={({ target }) => score.setKey(target.value)} />
      </label>
      <p className="muted">{t('score.judge.sends')}</p>
    </>
  )
}

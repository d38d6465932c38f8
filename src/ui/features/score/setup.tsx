import { CONTEXTS, LIMITS, SCORE_CHOICES, type ScoreChoice } from '../../../state/score-room'
import { ActionButton } from '../../kit/action-button'
import { Button } from '../../kit/button'
import { CacheSetting } from '../../kit/cache-setting'
import { Segmented } from '../../kit/segmented'
import { useFields, useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { Documents } from './documents'
import { JudgeSetup } from './judge-setup'
import styles from './score.module.css'

const choices = Object.keys(SCORE_CHOICES) as ScoreChoice[]

/** What is asked, how much of it, and of whose rows. */
export function Setup() {
  const studio = useStudio()
  const { t } = useWords()
  const { chosen, limit, context, phase, onTheWay } = useFields(
    studio.score.store,
    'chosen',
    'limit',
    'context',
    'phase',
    'onTheWay',
  )
  const hasAdapter = useStore(studio.try.store, ({ adapter }) => adapter !== null)
  // Every suite is asked of the base and of its adapter; some have fewer items than that.
  const suites = choices.reduce((sum, choice) => sum + (chosen[choice] ? SCORE_CHOICES[choice].length : 0), 0)
  const most = limit === null ? null : suites * limit * (hasAdapter ? 2 : 1)
  return (
    <div className={styles.setup}>
      <fieldset className={styles.choices} disabled={phase !== 'idle'}>
        <legend>{t('score.what')}</legend>
        {choices.map((choice) => (
          <label key={choice}>
            <input
              type="checkbox"
              checked={chosen[choice]}
              onChange={({ target }) => studio.score.choose(choice, target.checked)}
            />{' '}
            {t(`score.choice.${choice}`)}
          </label>
        ))}
      </fieldset>
      <Segmented
        label={t('score.limit')}
        value={String(limit)}
        options={LIMITS.map((one) => ({
          value: String(one),
          label: one === null ? t('score.limit.all') : t('score.limit.some', { n: one }),
        }))}
        onChange={(value) => studio.score.limitTo(value === 'null' ? null : Number(value))}
      />
      {chosen.long && (
        <Segmented
          label={t('score.context')}
          value={String(context)}
          options={CONTEXTS.map((one) => ({
            value: String(one),
            label: one === null ? t('score.limit.all') : t('score.context.tokens', { n: one }),
          }))}
          onChange={(value) => studio.score.contextTo(value === 'null' ? null : Number(value))}
        />
      )}
      <OwnRows />
      {chosen.truth && <Documents />}
      <JudgeSetup />
      <CacheSetting disabled={phase !== 'idle'} />
      <label>
        <input type="checkbox" checked={onTheWay} onChange={({ target }) => studio.score.askOnTheWay(target.checked)} />
        {` ${t('score.onTheWay')}`}
      </label>
      {!hasAdapter && <p className="muted">{t('score.noAdapter')}</p>}
      <div className="row">
        <ActionButton id="score.start" kind="primary" />
        <span className="muted">
          {most === null ? t('score.allItems') : t('score.atMost', { n: most })} {t('score.kept')}
        </span>
      </div>
    </div>
  )
}

function OwnRows() {
  const studio = useStudio()
  const { t } = useWords()
  const file = useStore(studio.score.store, (state) => state.file)
  const { source, fileName, sample } = useFields(studio.data.store, 'source', 'fileName', 'sample')
  const name = fileName ?? sample?.file ?? ''
  return (
    <div>
      <h2>{t('score.rows')}</h2>
      <p>{file ? file.name : source ? t('score.rowsOfData', { name }) : t('score.rowsNone')}</p>
      <div className="row">
        <ActionButton id="score.chooseFile" />
        {file && (
          <Button kind="quiet" onClick={() => studio.score.takeFile(null)}>
            {t('score.useData')}
          </Button>
        )}
      </div>
    </div>
  )
}

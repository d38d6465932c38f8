import { useFields } from '../../read-store'
import type { MemoryItem } from '../../../contracts/memory'
import type { RunPlan } from '../../../engine/api/types'
import type { MessageKey } from '../../../i18n'
import { ErrorNote } from '../../kit/error-note'
import { Part } from '../../kit/room'
import { Stat } from '../../kit/stat'
import { useStudio, useWords } from '../../studio-context'
import stat from '../../kit/stat.module.css'
import styles from './train.module.css'
import { RunTime } from './run-time'

/** What the run would do; the memory is the plan that will be allocated. */
export function PlanView() {
  const studio = useStudio()
  const { t, num, compact } = useWords()
  const { plan, planError } = useFields(studio.train.store, 'plan', 'planError')
  return (
    <Part title={t('train.plan')}>
      <ErrorNote error={planError} />
      {plan ? (
        <>
          <dl className={stat.stats}>
            <Stat label={t('plan.steps')} help={t('plan.steps.help')}>
              {num(plan.steps)}{' '}
              <small>
                {t('plan.perEpoch', {
                  n: plan.stepsPerEpoch,
                  epochs: num(Math.round((10 * plan.steps) / plan.stepsPerEpoch) / 10),
                })}
              </small>
            </Stat>
            <Stat label={t('plan.tokens')}>{compact(plan.tokens)}</Stat>
            <Stat label={t('plan.trainedTokens')}>{compact(plan.trainedTokens)}</Stat>
            {plan.heldOut > 0 && (
              <Stat label={t('plan.heldOut')} help={t('plan.heldOut.help')}>
                {num(plan.heldOut)} <small>{t('plan.judged', { n: plan.evaluations })}</small>
              </Stat>
            )}
            <Stat label={t('plan.parameters')} help={t('plan.parameters.help')}>
              {compact(plan.adapterParameters)}
            </Stat>
          </dl>
          <MemoryBar plan={plan} />
          <RunTime />
        </>
      ) : (
        !planError && <p className="muted">{t('plan.waiting')}</p>
      )}
    </Part>
  )
}

const knownKinds = new Set([
  'base',
  'head',
  'adapter',
  'gradients',
  'optimizer',
  'activations',
  'checkpoints',
  'inputs',
  'scratch',
  'answers',
])

/** As many as there are kinds of memory, in train.module.css. */
const SHADES = knownKinds.size

export function MemoryBar({ plan }: { plan: Pick<RunPlan, 'memory' | 'peakBytes'> }) {
  const { t, bytes } = useWords()
  const total = plan.memory.reduce((sum, item) => sum + item.bytes, 0) || 1
  const items = plan.memory.filter((item) => item.bytes > 0)
  const name = ({ kind, answers }: MemoryItem) =>
    answers ? t('memory.answers', { ...answers }) : knownKinds.has(kind) ? t(`memory.${kind}` as MessageKey) : kind
  return (
    <figure className={styles.memory}>
      <figcaption>
        {t('plan.memory')} <strong className="num">{bytes(plan.peakBytes)}</strong>
      </figcaption>
      <div className={styles.memoryBar} role="img" aria-label={t('plan.memory')}>
        {items.map((item, i) => (
          <span
            key={item.kind}
            className={styles.shade}
            data-shade={i % SHADES}
            style={{ flexGrow: item.bytes / total }}
            title={`${name(item)} ${bytes(item.bytes)}`}
          />
        ))}
      </div>
      <ul className={styles.memoryLegend}>
        {items.map((item, i) => (
          <li key={item.kind}>
            <span className={`${styles.swatch} ${styles.shade}`} data-shade={i % SHADES} /> {name(item)}{' '}
            <span className="num muted">{bytes(item.bytes)}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}

import type { ModelCard } from '../../../engine/api/types'
import { Stat } from '../../kit/stat'
import { useWords } from '../../studio-context'
import stat from '../../kit/stat.module.css'
import styles from './model.module.css'

export function ModelCardView({ card }: { card: ModelCard }) {
  const { t, bytes, compact, num, duration } = useWords()
  return (
    <article className={styles.modelCard} aria-label={card.name}>
      <h2>{card.name}</h2>
      <p className="muted">
        {[card.family, t(`model.from.${card.source}`), card.license ?? t('model.noLicence')].join(' · ')}
      </p>
      <dl className={stat.stats}>
        <Stat label={t('model.parameters')} help={t('model.parameters.help')}>
          {compact(card.parameters)}
        </Stat>
        <Stat label={t('model.nf4')} help={t('model.nf4.help')}>
          {bytes(card.nf4Bytes)}
        </Stat>
        <Stat label={t('model.onGpu')}>{bytes(card.gpuBytes)}</Stat>
        <Stat label={t('model.context')} help={t('model.context.help')}>
          {t('tokens', { n: card.contextLength })}
        </Stat>
        <Stat label={t('model.shape')}>
          {t('model.shapeText', {
            layers: card.layers,
            hidden: num(card.hiddenSize),
            heads: card.heads,
            kv: card.kvHeads,
          })}
        </Stat>
        <Stat label={t('model.loadTime')}>{duration(card.loadSeconds)}</Stat>
      </dl>
      {card.supportsTools && <p className="muted">{t('model.tools')}</p>}
      {card.defaultSystem && <p className="muted">{t('model.defaultSystem', { text: card.defaultSystem })}</p>}
    </article>
  )
}

import { Stat } from '../../kit/stat'
import { useWords } from '../../studio-context'
import { BAD_ROWS_ID } from './bad-rows'
import type { DataSummary } from '../../../contracts/data'
import stat from '../../kit/stat.module.css'

export function DataCounts({ summary }: { summary: DataSummary }) {
  const { t, num, percent } = useWords()
  const { rowsRead, rowsKept, badRowCount, totalTokens, trainedTokens, truncatedRows, longest } = summary
  return (
    <dl className={stat.stats}>
      <Stat label={t('data.rowsKept')}>
        {num(rowsKept)} {rowsKept < rowsRead && <small>{t('ofRead', { n: rowsRead })}</small>}{' '}
        {badRowCount > 0 && (
          <button type="button" className="link" onClick={() => document.getElementById(BAD_ROWS_ID)?.focus()}>
            <small>{t('data.badRows', { n: badRowCount })}</small>
          </button>
        )}
      </Stat>
      <Stat label={t('data.tokensAll')} help={t('data.tokensAll.help')}>
        {num(totalTokens)}
      </Stat>
      <Stat label={t('data.tokensTrained')} help={t('data.tokensTrained.help')}>
        {num(trainedTokens)} {totalTokens > 0 && <small>{percent(trainedTokens / totalTokens)}</small>}
      </Stat>
      <Stat label={t('data.longest')}>{t('tokens', { n: longest })}</Stat>
      <Stat label={t('data.cut')}>{num(truncatedRows)}</Stat>
    </dl>
  )
}

import { SCORE_KINDS } from '../../../eval/kinds'
import type { Figure } from '../../../eval/kinds/kind'
import type { Scores } from '../../../eval/run/scores'
import type { SuiteScores } from '../../../eval/run/sheet'
import type { Reason, Verdict } from '../../../eval/run/verdict'
import { differenceWord } from '../../../eval/statistics/difference-word'
import type { MessageKey } from '../../../i18n'
import { ActionButton } from '../../kit/action-button'
import { Part } from '../../kit/room'
import { useWords, type Words } from '../../studio-context'
import { JudgeResultPart } from './judge-result'
import { ThresholdFields } from './thresholds'
import { StrengthChart } from './strength-chart'
import styles from './score.module.css'

/** The verdict first, then every figure with its interval and n, then how the losses move with the strength. */
export function Results({ scores }: { scores: Scores }) {
  const { t } = useWords()
  return (
    <>
      {scores.verdicts.map((verdict) => (
        <VerdictPart key={verdict.candidate} verdict={verdict} scores={scores} />
      ))}
      <Part
        title={t('score.scores')}
        aside={
          <div className="row">
            <ActionButton id="score.report" kind="quiet" />
            <ActionButton id="score.json" kind="quiet" />
          </div>
        }
      >
        {scores.suites.map((suite) => (
          <SuiteTable key={suite.name} suite={suite} scores={scores} />
        ))}
      </Part>
      <JudgeResultPart scores={scores} />
      {scores.verdicts.length > 0 && (
        <Part title={t('score.strength')} aside={<ActionButton id="score.curve" kind="quiet" />}>
          {scores.strength.map((curve) => (
            <StrengthChart key={curve.candidate} curve={curve} suites={scores.suites} />
          ))}
        </Part>
      )}
    </>
  )
}

function VerdictPart({ verdict: { verdict, reasons, cures }, scores }: { verdict: Verdict; scores: Scores }) {
  const words = useWords()
  const { t } = words
  return (
    <Part title={t('score.verdict')}>
      <p className={styles.verdict} data-verdict={verdict}>
        {t(`score.verdict.${verdict}`)}
      </p>
      {reasons.length === 0 && <p>{t(verdict === 'unclear' ? 'score.tooFew' : 'score.noReasons')}</p>}
      <ul>
        {reasons.map((reason) => (
          <li key={`${reason.suite} ${reason.figure}`}>{reasonText(reason, scores, words)}</li>
        ))}
      </ul>
      {cures.length > 0 && <p>{t('score.cure', { cure: cures.map((one) => t(`score.cure.${one}`)).join(' ') })}</p>}
      <ThresholdFields />
    </Part>
  )
}

function reasonText({ suite, figure, effect, base, value, interval, n, items }: Reason, scores: Scores, words: Words) {
  const found = scores.suites.find(({ name }) => name === suite)!
  const { unit } = figureOf(found, figure)
  const [low, high] = interval.map((one) => amount(unit, one, words))
  return words.t(`score.reason.${effect}`, {
    suite: titleOf(found, words),
    figure: figureName(figure, words),
    base: amount(unit, base, words),
    value: amount(unit, value, words),
    low,
    high,
    n,
    items: items.join(words.t('mark.comma')),
  })
}

function SuiteTable({ suite, scores }: { suite: SuiteScores; scores: Scores }) {
  const words = useWords()
  const { t, error } = words
  const { candidates } = scores
  const names = Object.keys(SCORE_KINDS[suite.score].figures).filter((name) =>
    candidates.some(({ id }) => suite.figures[id]?.[name]),
  )
  return (
    <div className={styles.suite}>
      <h3>
        {titleOf(suite, words)} <small className="muted">{t('score.report.items', { n: suite.n })}</small>
      </h3>
      {names.length > 0 && (
        <div className={styles.scroll} tabIndex={0} role="group" aria-label={titleOf(suite, words)}>
          <table>
            <thead>
              <tr>
                <td />
                {candidates.map(({ id, name }) => (
                  <th key={id} scope="col">
                    {id === 'base' ? t('score.base') : name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <tr key={name}>
                  <th scope="row">{figureName(name, words)}</th>
                  {candidates.map(({ id }) => (
                    <FigureCell key={id} suite={suite} candidate={id} name={name} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {suite.errors.slice(0, 3).map((one) => (
        <p key={`${one.code} ${one.item} ${one.candidate}`} className="muted">
          {error(one)}
        </p>
      ))}
    </div>
  )
}

function FigureCell({ suite, candidate, name }: { suite: SuiteScores; candidate: string; name: string }) {
  const words = useWords()
  const found = suite.figures[candidate]?.[name]
  if (!found) return <td>–</td>
  const { unit } = figureOf(suite, name)
  const text = (value: number) => amount(unit, value, words)
  const difference = suite.differences[candidate]?.[name]
  return (
    <td className="num">
      {text(found.value)}{' '}
      <small className="muted">
        [{text(found.interval[0])}, {text(found.interval[1])}] n {found.n}
      </small>
      {difference && (
        <small className={styles.difference}>
          {words.t(`score.difference.${differenceWord(difference)}`, {
            value: (difference.value > 0 ? '+' : '') + text(difference.value),
            low: text(difference.interval[0]),
            high: text(difference.interval[1]),
            n: difference.n,
          })}
        </small>
      )}
    </td>
  )
}

const figureOf = (suite: SuiteScores, name: string): Figure => SCORE_KINDS[suite.score].figures[name]
const figureName = (name: string, { t }: Words) => t(`score.figure.${name}` as MessageKey)
const titleOf = ({ title }: SuiteScores, { language }: Words) => (language === 'zh-CN' ? title['zh-CN'] : title.en)

function amount(unit: Figure['unit'], value: number, { num, measure }: Words): string {
  if (unit === 'share') return num(value, { style: 'percent', maximumFractionDigits: 1 })
  return unit === 'points' ? num(value, { maximumFractionDigits: 1 }) : measure(value)
}

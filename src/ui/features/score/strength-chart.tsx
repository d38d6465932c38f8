import type { StrengthCurve } from '../../../eval/run/scores'
import type { SuiteScores } from '../../../eval/run/sheet'
import { useWords } from '../../studio-context'
import styles from './score.module.css'

const WIDTH = 480
const HEIGHT = 160

/** Losses over the strength of the adapter: drawn, and as a table for who reads numbers. */
export function StrengthChart({ curve: { points }, suites }: { curve: StrengthCurve; suites: SuiteScores[] }) {
  const { t, percent, measure, language } = useWords()
  const shown = suites.filter(({ name }) => points[0]?.figures[name] !== undefined)
  const all = points.flatMap(({ figures }) => Object.values(figures))
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const top = points.at(-1)?.strength || 1
  const x = (strength: number) => 8 + (strength / top) * (WIDTH - 16)
  const y = (value: number) => HEIGHT - 8 - ((value - low) / (high - low || 1)) * (HEIGHT - 16)
  const title = (suite: SuiteScores) => (language === 'zh-CN' ? suite.title['zh-CN'] : suite.title.en)
  return (
    <>
      <svg className={styles.curve} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t('score.strength')}>
        {shown.map((suite, i) => (
          <path
            key={suite.name}
            data-line={i}
            d={points.map((p, n) => `${n ? 'L' : 'M'}${x(p.strength)} ${y(p.figures[suite.name])}`).join('')}
          />
        ))}
      </svg>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label={t('score.strength')}>
        <table className="num">
          <thead>
            <tr>
              <th scope="col">{t('score.strength')}</th>
              {shown.map((suite) => (
                <th key={suite.name} scope="col">
                  {title(suite)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map(({ strength, figures }) => (
              <tr key={strength}>
                <th scope="row">{percent(strength)}</th>
                {shown.map(({ name }) => (
                  <td key={name}>{measure(figures[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

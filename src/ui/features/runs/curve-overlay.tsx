import { lazy, Suspense, useMemo, useState } from 'react'
import { useFields } from '../../read-store'
import { curveCsv, nearest, smooth, thin, xOf } from '../../../state/curve'
import type { RunRecord } from '../../../state/run-record'
import { Part } from '../../kit/room'
import { useStudio, useWords } from '../../studio-context'
import { ChartControls } from '../charts/chart-controls'
import { ChartFrame } from '../charts/chart-frame'
import type { PlotSeries } from '../charts/plot-types'
import charts from '../charts/charts.module.css'

const CurveTable = lazy(() => import('../charts/curve-table'))

const TONES = ['one', 'two', 'three', 'four', 'five'] as const
const DRAWN_POINTS = 500

/** The losses of the chosen runs over each other. */
export function CurveOverlay({ records }: { records: readonly RunRecord[] }) {
  const studio = useStudio()
  const { t, measure } = useWords()
  const { smoothing, logScale, xAxis } = useFields(studio.prefs, 'smoothing', 'logScale', 'xAxis')
  const [hover, setHover] = useState<number | null>(null)
  const [zoom, setZoom] = useState<[number, number] | null>(null)
  const [table, setTable] = useState(false)
  const curves = useMemo(
    () =>
      records.map((record) => {
        const xs = record.curve.map((point) => xOf(point, xAxis))
        const losses = record.curve.map((point) => point.loss)
        return { record, xs, smoothed: smooth(xs, losses, smoothing), losses }
      }),
    [records, xAxis, smoothing],
  )
  const series = useMemo(
    () =>
      curves.map(({ record, xs, smoothed, losses }, i): PlotSeries => ({
        id: record.id,
        name: record.name,
        tone: TONES[i % TONES.length],
        points: thin(losses, DRAWN_POINTS).map((at) => ({ x: xs[at], y: smoothed[at] })),
      })),
    [curves],
  )
  const ends = curves.flatMap(({ xs }) => [xs[0] ?? 0, xs.at(-1) ?? 1])
  const domain = zoom ?? ([Math.min(...ends), Math.max(...ends)] as [number, number])
  const readingOf = ({ xs, smoothed }: (typeof curves)[number]) =>
    xs.length === 0 ? '–' : measure(smoothed[hover === null ? xs.length - 1 : nearest(xs, hover)])
  const readings = curves.map((curve) => `${curve.record.name} ${readingOf(curve)}`)
  return (
    <Part title={t('runs.overlay')}>
      <ChartControls />
      <ChartFrame
        name={t('figure.loss')}
        file="loss"
        summary={readings.join(t('mark.comma'))}
        reading=""
        series={series}
        domain={domain}
        epochs={[]}
        log={logScale}
        size="large"
        hoverX={hover}
        isEmpty={curves.every(({ xs }) => xs.length === 0)}
        onHover={setHover}
        onZoom={setZoom}
        onTable={() => setTable(true)}
        csv={() => records.map((record) => `# ${record.name}\n${curveCsv(record.curve)}`).join('')}
      />
      <ul className={charts.curveLegend}>
        {curves.map((curve, i) => (
          <li key={curve.record.id}>
            <span className={`${charts.lineSwatch} ${charts[TONES[i % TONES.length]]}`} /> {curve.record.name}{' '}
            <span className="num muted">{readingOf(curve)}</span>
          </li>
        ))}
      </ul>
      {table && (
        <Suspense fallback={null}>
          <CurveTable points={records[0].curve} onClose={() => setTable(false)} />
        </Suspense>
      )}
    </Part>
  )
}

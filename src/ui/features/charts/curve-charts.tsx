import { lazy, Suspense, useMemo, useState } from 'react'
import { useStore } from '../../read-store'
import type { EvalRow } from '../../../contracts/evaluation'
import { FIGURE_NAMES, FIGURES, type Figure } from '../../../contracts/figures'
import type { CurvePoint } from '../../../state/curve'
import { curveCsv, nearest, smooth, thin, xOf } from '../../../state/curve'
import type { Steering } from '../../../run-file/history'
import { evaluationX, lowest } from '../../../state/held-out'
import type { RunRecord } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import { ChartControls } from './chart-controls'
import { ChartFrame } from './chart-frame'
import type { LegendEntry } from './chart-frame'
import { figureText } from './figure-text'
import type { PlotSeries } from './plot-types'
import styles from './charts.module.css'

const CurveTable = lazy(() => import('./curve-table'))

/** More would not be seen: two a pixel at most on the width the charts have. */
const DRAWN_POINTS = 800

const charted = FIGURE_NAMES.flatMap((name) => {
  const { chart }: Figure = FIGURES[name]
  return chart ? [{ name, ...chart }] : []
})
const largeCharts = charted.filter(({ size }) => size === 'large')
const smallCharts = charted.filter(({ size }) => size === 'small')
type Charted = (typeof charted)[number]
/** Lines of the small sets that runs of the page ask. */
const SMALL_FIGURES = ['general-text_loss', 'general-questions_right'] as const
type SmallFigure = (typeof SMALL_FIGURES)[number]

interface CurveChartsProps {
  points: readonly CurvePoint[]
  /** Changes with the points: the array itself only grows. */
  version: number
  /** Of the held-out rows: dots on the loss. */
  evaluations?: readonly EvalRow[]
  /** What was changed on the way: marks on the learning rate. */
  steerings?: readonly Steering[]
  /** Kept runs drawn under the large charts. */
  underlays?: readonly RunRecord[]
}

/** The figures that have a chart over one axis, with one crosshair and one zoom; the large ones are smoothed. */
export function CurveCharts({ points, version, evaluations = [], steerings = [], underlays = [] }: CurveChartsProps) {
  const studio = useStudio()
  const words = useWords()
  const { t, measure } = words
  const smoothing = useStore(studio.prefs, (prefs) => prefs.smoothing)
  const logScale = useStore(studio.prefs, (prefs) => prefs.logScale)
  const axis = useStore(studio.prefs, (prefs) => prefs.xAxis)
  const [hover, setHover] = useState<number | null>(null)
  const [zoom, setZoom] = useState<[number, number] | null>(null)
  const [table, setTable] = useState(false)

  const drawn = useMemo(() => {
    const xs = points.map((point) => xOf(point, axis))
    const [from, to] = zoom ? indexRange(xs, zoom) : [0, xs.length]
    const chart = ({ name, size }: Charted): Drawn => {
      const values = points.map((point) => point[name] ?? NaN)
      const smoothed = size === 'large' ? smooth(xs, values, smoothing) : values
      const picked = thin(values.slice(from, to), DRAWN_POINTS).map((i) => i + from)
      const line = (ys: readonly number[]) => picked.map((i) => ({ x: xs[i], y: ys[i] }))
      const isRawSeen = size === 'large' && smoothing > 0
      return {
        smoothed,
        series: [
          ...(size === 'large' ? underlays.map((record) => underlay(record, name, axis, smoothing)) : []),
          ...(isRawSeen ? [{ id: 'raw', tone: 'faint' as const, points: line(values) }] : []),
          { id: 'value', tone: 'live', points: line(smoothed) },
          ...(name === 'learning_rate' && steerings.length > 0 ? [steered(steerings, points, axis)] : []),
          ...(name === 'loss' && evaluations.length > 0 ? [heldOut(evaluations, points, axis)] : []),
        ],
      }
    }
    return {
      xs,
      domain: zoom ?? ([xs[0] ?? 0, xs.at(-1) ?? 1] as [number, number]),
      charts: new Map(charted.map((one) => [one.name, chart(one)])),
      epochs: epochMarks(points, xs),
      sets: setLines(evaluations, points, axis),
    }
    // `version` stands for the points: the array is the same one, longer.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [points, version, axis, smoothing, zoom, evaluations, steerings, underlays])

  const at = hover === null ? points.length - 1 : nearest(drawn.xs, hover)
  const point = points[at]
  const frame = ({ name, size, log }: Charted, where?: string) => {
    const { series, smoothed } = drawn.charts.get(name)!
    const raw = figureText(words, name, point?.[name])
    const isSmooth = size === 'large' && smoothing > 0
    return (
      <ChartFrame
        key={name}
        name={t(`figure.${name}`)}
        file={name}
        summary={
          points.length > 0
            ? t('chart.summary', {
                first: figureText(words, name, points[0][name]),
                last: figureText(words, name, points.at(-1)![name]),
                n: points.length,
              })
            : t('chart.empty')
        }
        reading={
          point
            ? isSmooth
              ? `${t('chart.smoothed', { value: measure(smoothed[at]) })} · ${t('chart.raw', { value: raw })}`
              : raw
            : ''
        }
        where={where}
        series={series}
        legend={legendOf(name)}
        log={log && logScale}
        size={size}
        domain={drawn.domain}
        epochs={drawn.epochs}
        hoverX={hover === null || !point ? null : xOf(point, axis)}
        onHover={setHover}
        onZoom={setZoom}
        csv={() => curveCsv(points)}
        onTable={() => setTable(true)}
        isEmpty={points.length === 0}
      />
    )
  }
  /** What dots mean, where there are some. */
  function legendOf(name: Charted['name']): LegendEntry[] {
    if (name === 'learning_rate' && steerings.length > 0) return [{ mark: 'dot', text: t('chart.steered') }]
    if (name !== 'loss' || evaluations.length === 0) return []
    return [
      { mark: 'line', text: t('chart.trained') },
      { mark: 'dot', text: t('chart.heldOut') },
      { mark: 'best', text: t('chart.heldOutBest') },
    ]
  }
  const setFrame = ({ name, line }: SetLine) => {
    const text = (value: number) => measure(value)
    const last = text(line.at(-1)!.y)
    return (
      <ChartFrame
        key={name}
        name={t(`score.set.${name}`)}
        file={name}
        summary={t('chart.summary', { first: text(line[0].y), last, n: line.length })}
        reading={last}
        series={[{ id: name, tone: 'live', points: line }]}
        log={false}
        size="small"
        domain={drawn.domain}
        epochs={drawn.epochs}
        hoverX={null}
        onHover={setHover}
        onZoom={setZoom}
        csv={() => curveCsv(points)}
        onTable={() => setTable(true)}
        isEmpty={false}
      />
    )
  }
  return (
    <div className={styles.charts}>
      <ChartControls />
      {largeCharts.map((chart, i) =>
        frame(
          chart,
          i > 0 ? undefined : point ? t('chart.at', { step: String(point.step), epoch: point.epoch.toFixed(2) }) : '',
        ),
      )}
      {underlays.length > 0 && (
        <p className={`muted ${styles.chartCompared}`}>
          {t('chart.compared', { names: underlays.map(({ name }) => name).join(t('mark.comma')) })}
        </p>
      )}
      <div className={styles.smallCharts} data-after-words>
        {smallCharts.map((chart) => frame(chart))}
        {drawn.sets.map(setFrame)}
      </div>
      <p className={`muted ${styles.chartHelp}`} data-after-words>
        {zoom ? (
          <Button kind="quiet" onClick={() => setZoom(null)}>
            {t('chart.resetZoom')}
          </Button>
        ) : (
          t('chart.help')
        )}
      </p>
      {table && (
        <Suspense fallback={null}>
          <CurveTable points={points} onClose={() => setTable(false)} />
        </Suspense>
      )}
    </div>
  )
}

interface Drawn {
  smoothed: readonly number[]
  series: PlotSeries[]
}

/** First index within the range of the axis, and the one after its last. */
function indexRange(xs: readonly number[], [low, high]: [number, number]): [number, number] {
  const from = xs.findIndex((x) => x >= low)
  return [Math.max(0, from), xs.findLastIndex((x) => x <= high) + 1]
}

function underlay(
  record: RunRecord,
  name: Charted['name'],
  axis: Parameters<typeof xOf>[1],
  smoothing: number,
): PlotSeries {
  const xs = record.curve.map((point) => xOf(point, axis))
  const values = record.curve.map((point) => point[name] ?? NaN)
  const smoothed = smooth(xs, values, smoothing)
  const picked = thin(values, DRAWN_POINTS)
  return { id: record.id, name: record.name, tone: 'under', points: picked.map((i) => ({ x: xs[i], y: smoothed[i] })) }
}

function heldOut(rows: readonly EvalRow[], points: readonly CurvePoint[], axis: Parameters<typeof xOf>[1]): PlotSeries {
  const dots = rows.map((row) => ({ x: evaluationX(row, points, axis), y: row.eval_loss }))
  return { id: 'held', tone: 'held', points: dots, dots: { best: rows.indexOf(lowest(rows)!) } }
}

/** What small sets came to over the evaluations. */
interface SetLine {
  name: SmallFigure
  line: { x: number; y: number }[]
}

function setLines(rows: readonly EvalRow[], points: readonly CurvePoint[], axis: Parameters<typeof xOf>[1]): SetLine[] {
  return SMALL_FIGURES.flatMap((name) => {
    const line = rows.flatMap((row) => {
      const y = row.scores?.[name]
      return y === undefined ? [] : [{ x: evaluationX(row, points, axis), y }]
    })
    return line.length > 0 ? [{ name, line }] : []
  })
}

/** The rates from which on something was changed. */
function steered(all: readonly Steering[], points: readonly CurvePoint[], axis: Parameters<typeof xOf>[1]): PlotSeries {
  const changed = all.flatMap(({ after }) => points[after] ?? [])
  const dots = changed.map((point) => ({ x: xOf(point, axis), y: point.learning_rate }))
  return { id: 'steered', tone: 'held', points: dots, dots: { best: -1 } }
}

/** Where a new epoch begins on the axis; none when they would stand too close to be ticks. */
function epochMarks(points: readonly CurvePoint[], xs: readonly number[]): number[] {
  const marks: number[] = []
  for (let i = 1; i < points.length; i++) {
    if (Math.floor(points[i].epoch) > Math.floor(points[i - 1].epoch)) marks.push(xs[i])
  }
  return marks.length <= 40 ? marks : []
}

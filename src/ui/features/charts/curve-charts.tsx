import { useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { CurvePoint } from '../../../state/curve'
import { curveCsv, nearest, smooth, thin, xOf } from '../../../state/curve'
import type { RunRecord } from '../../../state/run-record'
import { Button } from '../../kit/button'
import { useStudio, useWords } from '../../studio-context'
import { ChartControls } from './chart-controls'
import { ChartFrame } from './chart-frame'
import type { PlotSeries } from './plot-types'
import { CurveTable } from './curve-table'
import './charts.css'

/** More would not be seen: two a pixel at most on the width the charts have. */
const DRAWN_POINTS = 800

interface CurveChartsProps {
  points: readonly CurvePoint[]
  /** Changes with the points: the array itself only grows. */
  version: number
  /** Kept runs drawn under the loss. */
  underlays?: readonly RunRecord[]
}

/** Loss, learning rate and gradient norm over one axis, with one crosshair and one zoom. */
export function CurveCharts({ points, version, underlays = [] }: CurveChartsProps) {
  const studio = useStudio()
  const { t, measure } = useWords()
  const smoothing = useStore(studio.prefs, (prefs) => prefs.smoothing)
  const logScale = useStore(studio.prefs, (prefs) => prefs.logScale)
  const axis = useStore(studio.prefs, (prefs) => prefs.xAxis)
  const [hover, setHover] = useState<number | null>(null)
  const [zoom, setZoom] = useState<[number, number] | null>(null)
  const [table, setTable] = useState(false)

  const drawn = useMemo(() => {
    const xs = points.map((point) => xOf(point, axis))
    const losses = points.map((point) => point.loss)
    const smoothed = smooth(xs, losses, smoothing)
    const from = zoom
      ? Math.max(
          0,
          xs.findIndex((x) => x >= zoom[0]),
        )
      : 0
    const to = zoom ? xs.findLastIndex((x) => x <= zoom[1]) + 1 : xs.length
    const picked = thin(losses.slice(from, to), DRAWN_POINTS).map((i) => i + from)
    const series = (values: (i: number) => number) => picked.map((i) => ({ x: xs[i], y: values(i) }))
    return {
      xs,
      smoothed,
      domain: zoom ?? ([xs[0] ?? 0, xs.at(-1) ?? 1] as [number, number]),
      loss: [
        ...underlays.map((record) => underlay(record, axis, smoothing)),
        ...(smoothing > 0 ? [{ id: 'raw', tone: 'faint' as const, points: series((i) => losses[i]) }] : []),
        { id: 'smooth', tone: 'live' as const, points: series((i) => smoothed[i]) },
      ] satisfies PlotSeries[],
      rate: [{ id: 'rate', tone: 'live' as const, points: series((i) => points[i].learning_rate) }],
      norm: [{ id: 'norm', tone: 'live' as const, points: series((i) => points[i].grad_norm) }],
      epochs: epochMarks(points, xs),
    }
    // `version` stands for the points: the array is the same one, longer.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [points, version, axis, smoothing, zoom, underlays])

  const at = hover === null ? points.length - 1 : nearest(drawn.xs, hover)
  const point = points[at]
  const where = point ? t('chart.at', { step: String(point.step), epoch: point.epoch.toFixed(2) }) : ''
  const summary = (values: (p: CurvePoint) => number) =>
    points.length > 0
      ? t('chart.summary', {
          first: measure(values(points[0])),
          last: measure(values(points.at(-1)!)),
          n: points.length,
        })
      : t('chart.empty')
  const shared = {
    domain: drawn.domain,
    epochs: drawn.epochs,
    hoverX: hover === null || !point ? null : xOf(point, axis),
    onHover: setHover,
    onZoom: setZoom,
    csv: () => curveCsv(points),
    onTable: () => setTable(true),
    isEmpty: points.length === 0,
  }
  return (
    <div className="charts">
      <ChartControls />
      <ChartFrame
        {...shared}
        name={t('chart.loss')}
        file="loss"
        summary={summary((p) => p.loss)}
        reading={point ? `${measure(drawn.smoothed[at])}${smoothing > 0 ? ` (${measure(point.loss)})` : ''}` : ''}
        where={where}
        series={drawn.loss}
        log={logScale}
        size="large"
      />
      <div className="small-charts">
        <ChartFrame
          {...shared}
          name={t('chart.rate')}
          file="learning_rate"
          summary={summary((p) => p.learning_rate)}
          reading={point ? measure(point.learning_rate) : ''}
          series={drawn.rate}
          log={false}
          size="small"
        />
        <ChartFrame
          {...shared}
          name={t('chart.norm')}
          file="grad_norm"
          summary={summary((p) => p.grad_norm)}
          reading={point ? measure(point.grad_norm) : ''}
          series={drawn.norm}
          log={logScale}
          size="small"
        />
      </div>
      <p className="muted chart-help">
        {zoom ? (
          <Button kind="quiet" onClick={() => setZoom(null)}>
            {t('chart.resetZoom')}
          </Button>
        ) : (
          t('chart.help')
        )}
      </p>
      {table && <CurveTable points={points} onClose={() => setTable(false)} />}
    </div>
  )
}

function underlay(record: RunRecord, axis: Parameters<typeof xOf>[1], smoothing: number): PlotSeries {
  const xs = record.curve.map((point) => xOf(point, axis))
  const losses = record.curve.map((point) => point.loss)
  const smoothed = smooth(xs, losses, smoothing)
  const picked = thin(losses, DRAWN_POINTS)
  return { id: record.id, name: record.name, tone: 'under', points: picked.map((i) => ({ x: xs[i], y: smoothed[i] })) }
}

/** Where a new epoch begins on the axis; none when they would stand too close to be ticks. */
function epochMarks(points: readonly CurvePoint[], xs: readonly number[]): number[] {
  const marks: number[] = []
  for (let i = 1; i < points.length; i++) {
    if (Math.floor(points[i].epoch) > Math.floor(points[i - 1].epoch)) marks.push(xs[i])
  }
  return marks.length <= 40 ? marks : []
}

import { memo } from 'react'
import { CartesianGrid, Line, LineChart, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { useStore } from '../../read-store'
import { useStudio, useWords } from '../../studio-context'
import { PLOT_MARGIN } from './plot-types'
import { linearTicks, logTicks } from './ticks'
import type { PlotSeries } from './plot-types'
import styles from './charts.module.css'

interface PlotProps {
  series: readonly PlotSeries[]
  domain: [number, number]
  log: boolean
  /** How many horizontal lines there is room for. */
  lines: number
}

const { left, right, top, bottom } = PLOT_MARGIN

/** The drawing itself. What moves with the pointer lies above it, so that hovering draws nothing anew. */
export const Plot = memo(function Plot({ series, domain, log, lines }: PlotProps) {
  const { axisNumber } = useWords()
  // Nobody trains half a step.
  const isWhole = useStore(useStudio().prefs, ({ xAxis }) => xAxis === 'step' || xAxis === 'tokens')
  const [low, high] = valueRange(series, domain, log)
  return (
    <ResponsiveContainer width="100%" height="100%">
      <LineChart margin={{ left: 0, right, top, bottom: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} syncWithTicks />
        <XAxis
          type="number"
          dataKey="x"
          domain={domain}
          allowDataOverflow
          height={bottom}
          tickLine={false}
          ticks={linearTicks(domain[0], domain[1], 6, isWhole ? 1 : 0)}
          tickFormatter={axisNumber}
        />
        <YAxis
          type="number"
          width={left}
          domain={[low, high]}
          allowDataOverflow
          scale={log ? 'log' : 'linear'}
          interval={0}
          tickLine={false}
          axisLine={false}
          ticks={log ? logTicks(low, high) : linearTicks(low, high, lines)}
          tickFormatter={axisNumber}
        />
        {series.map((one) => (
          <Line
            key={one.id}
            data={one.points}
            dataKey="y"
            className={`${styles.line} ${styles[one.tone]}`}
            dot={one.dots ? heldDot(one.dots.best, domain) : one.points.length === 1}
            activeDot={false}
            isAnimationActive={false}
            type="linear"
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  )
})

interface HeldDotProps {
  cx?: number
  cy?: number
  index?: number
  payload?: { x: number }
}

/** A dot of the held-out rows; recharts tells where it stands. At the edge it is drawn whole, beyond it not at all. */
const heldDot = (best: number, [from, to]: readonly [number, number]) =>
  function HeldDot({ cx, cy, index, payload }: HeldDotProps) {
    if (payload && (payload.x < from || payload.x > to)) return null
    const isBest = index === best
    return <circle key={index} className={styles.heldDot} data-best={isBest} cx={cx} cy={cy} r={isBest ? 5 : 3} />
  }

/** Range of the visible values with a little air; logarithmic axes leave out what has no logarithm. */
function valueRange(series: readonly PlotSeries[], [from, to]: [number, number], log: boolean): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (const { points } of series) {
    for (const { x, y } of points) {
      if (x < from || x > to || !Number.isFinite(y) || (log && y <= 0)) continue
      low = Math.min(low, y)
      high = Math.max(high, y)
    }
  }
  if (low > high) return log ? [0.1, 1] : [0, 1]
  if (log) return [low / 1.1, high * 1.1]
  const air = (high - low || Math.abs(high) || 1) * 0.06
  return [low >= 0 ? Math.max(0, low - air) : low - air, high + air]
}

import { Suspense, lazy, useId, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { Menu } from '../../kit/menu'
import { useStudio, useWords } from '../../studio-context'
import { PLOT_MARGIN } from './plot-types'
import type { PlotSeries } from './plot-types'
import { savePng } from './save-png'
import styles from './charts.module.css'

// Recharts is most of the page's weight; it comes when the first chart does.
const Plot = lazy(() => import('./plot').then((module) => ({ default: module.Plot })))

/** What a mark of the drawing stands for; `best` is a filled dot. */
export interface LegendEntry {
  mark: 'line' | 'dot' | 'best'
  text: string
}

interface ChartFrameProps {
  name: string
  file: string
  summary: string
  /** Value under the crosshair, or the last one. */
  reading: string
  where?: string
  series: PlotSeries[]
  legend?: readonly LegendEntry[]
  domain: [number, number]
  epochs: readonly number[]
  log: boolean
  size: 'large' | 'small'
  hoverX: number | null
  isEmpty: boolean
  onHover: (x: number | null) => void
  onZoom: (range: [number, number] | null) => void
  onTable: () => void
  csv: () => string
}

/** Narrower than this was a click, not a range. */
const LEAST_DRAG = 0.02

export function ChartFrame(props: ChartFrameProps) {
  const {
    name,
    summary,
    reading,
    where,
    series,
    legend = [],
    domain,
    epochs,
    log,
    size,
    hoverX,
    isEmpty,
    onHover,
    onZoom,
  } = props
  const studio = useStudio()
  const { t } = useWords()
  const id = useId()
  const plot = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<[number, number] | null>(null)

  const fractionOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    const inside = (event.clientX - box.left - PLOT_MARGIN.left) / (box.width - PLOT_MARGIN.left - PLOT_MARGIN.right)
    return Math.max(0, Math.min(1, inside))
  }
  const valueAt = (fraction: number) => domain[0] + fraction * (domain[1] - domain[0])
  const fractionAt = (x: number) => (domain[1] > domain[0] ? (x - domain[0]) / (domain[1] - domain[0]) : 0.5)
  const left = (fraction: number) =>
    `calc(${PLOT_MARGIN.left}px + ${fraction} * (100% - ${PLOT_MARGIN.left + PLOT_MARGIN.right}px))`

  const onMove = (event: PointerEvent) => {
    const fraction = fractionOf(event)
    onHover(valueAt(fraction))
    if (drag) setDrag([drag[0], fraction])
  }
  const onUp = () => {
    if (drag && Math.abs(drag[1] - drag[0]) > LEAST_DRAG) {
      onZoom([valueAt(Math.min(...drag)), valueAt(Math.max(...drag))])
    }
    setDrag(null)
  }
  const onKey = (event: KeyboardEvent) => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (move === 0) return
    event.preventDefault()
    const width = (domain[1] - domain[0]) / 50
    onHover(Math.max(domain[0], Math.min(domain[1], (hoverX ?? domain[1]) + move * width)))
  }
  const inView = (x: number) => x >= domain[0] && x <= domain[1]

  return (
    <figure className={size === 'small' ? `${styles.chart} ${styles.small}` : styles.chart}>
      <figcaption>
        <span className={styles.chartName}>{name}</span>
        <span className={`${styles.chartReading} num`}>{reading}</span>
        {where && <span className={`${styles.chartWhere} num muted`}>{where}</span>}
        <Menu
          label={t('chart.menu', { name })}
          items={[
            { label: t('chart.table'), perform: props.onTable },
            { label: 'CSV', perform: () => studio.exporting.saveText(`${props.file}.csv`, props.csv()) },
            { label: 'PNG', perform: () => void savePng(plot.current, `${props.file}.png`).catch(studio.notices.fail) },
          ]}
        />
      </figcaption>
      {legend.length > 0 && (
        <ul className={`${styles.legend} muted`}>
          {legend.map(({ mark, text }) => (
            <li key={mark}>
              {mark === 'line' ? (
                <span className={styles.lineSwatch} />
              ) : (
                <svg viewBox="-6 -6 12 12" className={styles.dotSwatch} data-mark={mark} aria-hidden="true">
                  <circle className={styles.heldDot} r={mark === 'best' ? 5 : 3} />
                </svg>
              )}{' '}
              {text}
            </li>
          ))}
        </ul>
      )}
      <div
        className={styles.plot}
        ref={plot}
        role="img"
        aria-label={name}
        aria-describedby={id}
        tabIndex={0}
        onPointerDown={(event) => {
          if (event.button !== 0 || event.pointerType === 'touch') return
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag([fractionOf(event), fractionOf(event)])
        }}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={() => {
          if (!drag) onHover(null)
        }}
        onDoubleClick={() => onZoom(null)}
        onKeyDown={onKey}
        onBlur={() => onHover(null)}
      >
        {!isEmpty && (
          <Suspense fallback={null}>
            <Plot series={series} domain={domain} log={log} lines={size === 'large' ? 5 : 3} />
          </Suspense>
        )}
        {epochs.filter(inView).map((x) => (
          <span key={x} className={styles.epochTick} style={{ left: left(fractionAt(x)) }} />
        ))}
        {hoverX !== null && inView(hoverX) && (
          <span className={styles.crosshair} style={{ left: left(fractionAt(hoverX)) }} />
        )}
        {drag && (
          <span
            className={styles.zoomRange}
            style={{
              left: left(Math.min(...drag)),
              width: `calc(${Math.abs(drag[1] - drag[0])} * (100% - ${PLOT_MARGIN.left + PLOT_MARGIN.right}px))`,
            }}
          />
        )}
        {isEmpty && <p className={`${styles.plotEmpty} muted`}>{t('chart.empty')}</p>}
      </div>
      <p id={id} className="visually-hidden">
        {summary}
      </p>
    </figure>
  )
}

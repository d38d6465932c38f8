/** Charts of the report as SVG text: no script, no font of their own, colours from the page's own custom properties. */
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

export interface Bar {
  label: string
  value: number
  interval: [number, number]
  n: number
}

const WIDTH = 640
const LEFT = 190
const LINE = 22
/** Room for a value and its n, such as "100.0 % (n 12345)". */
const RIGHT = 124

/** Horizontal bars with their intervals, all on one axis from 0. `written` says a value as text. */
export function barChart(title: string, bars: readonly Bar[], top: number, written: (value: number) => string): string {
  const scale = (value: number) => LEFT + (Math.max(0, Math.min(value, top)) / top) * (WIDTH - LEFT - RIGHT - 6)
  const height = bars.length * LINE + 8
  const lines = bars.map(({ label, value, interval, n }, i) => {
    const y = 4 + i * LINE
    const middle = y + LINE / 2
    const [low, high] = interval.map(scale)
    return (
      `<text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>` +
      `<rect class="bar b${i}" x="${LEFT}" y="${y + 4}" width="${(scale(value) - LEFT).toFixed(1)}" height="${LINE - 8}" rx="2"/>` +
      `<path class="whisker" d="M${low.toFixed(1)} ${middle}H${high.toFixed(1)}M${low.toFixed(1)} ${middle - 4}v8M${high.toFixed(1)} ${middle - 4}v8"/>` +
      `<text x="${WIDTH - RIGHT}" y="${middle + 4}">${escaped(written(value))} (n ${n})</text>`
    )
  })
  return svg(title, height, lines.join(''))
}

export interface Line {
  label: string
  points: readonly (readonly [x: number, y: number])[]
}

/** Lines over a common axis; each scaled to its own range where `own`, so that their shapes can be compared. */
export function lineChart(title: string, lines: readonly Line[], xText: (x: number) => string): string {
  const height = 220
  const all = lines.flatMap(({ points }) => points)
  const xs = all.map(([x]) => x)
  const ys = all.map(([, y]) => y).filter(Number.isFinite)
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const px = (x: number) => 48 + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - 180)
  const py = (y: number) => height - 28 - ((y - y0) / (y1 - y0 || 1)) * (height - 48)
  const ticks = [...new Set(xs)].sort((a, b) => a - b)
  const shown = ticks.filter((_, i) => i % Math.ceil(ticks.length / 9) === 0)
  const axis = shown.map(
    (x) => `<text x="${px(x).toFixed(1)}" y="${height - 8}" text-anchor="middle">${escaped(xText(x))}</text>`,
  )
  const sides = [y0, y1].map(
    (y) => `<text x="42" y="${(py(y) + 4).toFixed(1)}" text-anchor="end">${Number(y.toPrecision(3))}</text>`,
  )
  const drawn = lines.map(({ label, points }, i) => {
    const d = points.map(([x, y], p) => `${p ? 'L' : 'M'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join('')
    const [, last] = points.at(-1)!
    return `<path class="line l${i % 4}" d="${d}"/><text class="t${i % 4}" x="${WIDTH - 126}" y="${(py(last) + 4).toFixed(1)}">${escaped(label)}</text>`
  })
  return svg(title, height, [...axis, ...sides, ...drawn].join(''))
}

const svg = (title: string, height: number, inner: string) =>
  `<svg role="img" viewBox="0 0 ${WIDTH} ${height}" aria-label="${escaped(title)}"><title>${escaped(title)}</title>${inner}</svg>`

import type { About } from './about'

/** These take a language's facts, not its name: the command line writes English and loads no table of languages. */
export function formatNumber(about: About, value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(about.locale, options).format(value)
}

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Decimal units, as file managers and download bars show them: three significant digits. */
export function formatBytes(about: About, bytes: number): string {
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  return `${formatNumber(about, value, { maximumFractionDigits: digits })} ${units[unit]}`
}

/** "3 min 20 s", "3 分 20 秒": the two largest units that matter. */
export function formatDuration(about: About, seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const { hour, minute, second } = about
  const names = [hour, minute, second]
  if (seconds < 10) return `${formatNumber(about, seconds, { maximumFractionDigits: 1 })}${names[2]}`
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const first = parts.findIndex((part) => part > 0)
  return parts
    .map((part, index) => (part > 0 && index >= first && index < first + 2 ? `${part}${names[index]}` : ''))
    .filter(Boolean)
    .join(' ')
}

/** A loss, a norm or a learning rate: four significant digits, exponent where it is small. */
export function formatMeasure(about: About, value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2).replace('e-', 'e−')
  return formatNumber(about, value, { maximumSignificantDigits: 4 })
}

/** 494 032 768 -> "494M" (English), "4.94亿" (Chinese). */
export function formatCompact(about: About, value: number): string {
  const { locale, compactLocale = locale } = about
  return new Intl.NumberFormat(compactLocale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value)
}

/** A round number at an axis, as short as it can be. */
export function formatAxis(about: About, value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-2) return value.toExponential().replace('e-', 'e−')
  return Math.abs(value) >= 10_000 ? formatCompact(about, value) : formatNumber(about, value)
}

export function formatPercent(about: About, fraction: number): string {
  return formatNumber(about, fraction, { style: 'percent', maximumFractionDigits: 0 })
}

export function formatWhen(about: About, time: number): string {
  return new Intl.DateTimeFormat(about.locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(time)
}

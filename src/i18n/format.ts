import { formatNumber, localeOf } from './index'
import type { Language } from './index'

const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** Decimal units, as file managers and download bars show them: three significant digits. */
export function formatBytes(language: Language, bytes: number): string {
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
  return `${formatNumber(language, value, { maximumFractionDigits: digits })} ${units[unit]}`
}

/** "3 min 20 s", "3 分 20 秒": the two largest units that matter. */
export function formatDuration(language: Language, seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const names = language === 'zh' ? [' 小时', ' 分', ' 秒'] : [' h', ' min', ' s']
  if (seconds < 10) return `${formatNumber(language, seconds, { maximumFractionDigits: 1 })}${names[2]}`
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const first = parts.findIndex((part) => part > 0)
  return parts
    .map((part, index) => (part > 0 && index >= first && index < first + 2 ? `${part}${names[index]}` : ''))
    .filter(Boolean)
    .join(' ')
}

/** A loss, a norm or a learning rate: four significant digits, exponent where it is small. */
export function formatMeasure(language: Language, value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(2).replace('e-', 'e−')
  return formatNumber(language, value, { maximumSignificantDigits: 4 })
}

/** 494 032 768 -> "494M" (English), "4.94亿" (Chinese). */
export function formatCompact(language: Language, value: number): string {
  // British English would write a small "m", which reads as a thousandth beside measures.
  const locale = language === 'zh' ? localeOf(language) : 'en-US'
  return new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }).format(value)
}

/** A round number at an axis, as short as it can be. */
export function formatAxis(language: Language, value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-2) return value.toExponential().replace('e-', 'e−')
  return Math.abs(value) >= 10_000 ? formatCompact(language, value) : formatNumber(language, value)
}

export function formatPercent(language: Language, fraction: number): string {
  return formatNumber(language, fraction, { style: 'percent', maximumFractionDigits: 0 })
}

export function formatWhen(language: Language, time: number): string {
  return new Intl.DateTimeFormat(localeOf(language), {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(time)
}

import type { Figure } from '../kinds/kind'

/** Words of one language by key: those of src/i18n/LANGUAGE/score.ts. */
export type ReportWords = Record<string, string>
export type Say = (key: string, params?: Record<string, string | number>) => string

export const sayer =
  (words: ReportWords): Say =>
  (key, params = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole))

/** A figure as it is read: shares in per cent, losses with three digits. */
export function written(unit: Figure['unit'], value: number): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`
  if (unit === 'points') return value.toFixed(1)
  return Math.abs(value) >= 1000 ? value.toPrecision(4) : value.toFixed(3)
}

import { FIGURES, type FigureName } from '../../../contracts/figures'
import type { Words } from '../../studio-context'

/** A figure's value as its unit is written; a dash where the row lacks it. */
export function figureText({ num, measure }: Pick<Words, 'num' | 'measure'>, name: FigureName, value?: number): string {
  if (value === undefined) return '–'
  const { unit } = FIGURES[name]
  if (unit === 'count') return num(value)
  return unit === 'epochs' ? value.toFixed(2) : measure(value)
}

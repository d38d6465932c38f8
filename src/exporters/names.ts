import type { ExportSettings } from '../contracts/exports'
import { baseNames } from './cards/clients'
import type { RunNames } from './cards/clients'
import type { ExportSource } from './exporter'

/** What files and models are called: letters, digits, dots, dashes, underscores, as every client takes them. */
export function exportStem({ opened, adapter }: Pick<ExportSource, 'opened' | 'adapter'>, { name }: ExportSettings) {
  const given = name ?? `${opened.name}${adapter ? '-tuned' : ''}`
  return given.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'model'
}

/** Names for the commands of a README. */
export function runNames(source: ExportSource, settings: ExportSettings): RunNames {
  return { name: exportStem(source, settings).toLowerCase(), ...baseNames(source.baseModel) }
}

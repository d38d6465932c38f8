import type { ExportSettings } from '../contracts/exports'
import { baseNames } from './cards/clients'
import { cardSayer } from './cards/words'
import type { RunNames } from './cards/clients'

interface Named {
  opened: { name: string }
  /** null: the model as it is. */
  adapter: unknown
}

/** What files and models are called: letters, digits, dots, dashes, underscores, as every client takes them. */
export function exportStem({ opened, adapter }: Named, { name }: ExportSettings) {
  const given = name ?? `${opened.name}${adapter ? '-tuned' : ''}`
  return given.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'model'
}

/** Names for the commands of a README. */
export function runNames(source: Named & { baseModel: string }, settings: ExportSettings): RunNames {
  const say = cardSayer(settings.words)
  return { name: exportStem(source, settings).toLowerCase(), ...baseNames(source.baseModel, say), say }
}

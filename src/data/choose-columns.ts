import type { ColumnMapping } from '../contracts/data'

/** What a person may say that a column is. */
export const COLUMN_ROLES = ['user', 'assistant', 'system', 'context', 'text'] as const
export type ColumnRole = (typeof COLUMN_ROLES)[number]

/** What a column is under a mapping; undefined: not used. */
export const roleOfColumn = (mapping: ColumnMapping, column: string): ColumnRole | undefined =>
  COLUMN_ROLES.find((role) => mapping[role] === column)

/**
 * A role for a column, chosen by a person. A role has one column, and a column one role: who had it before has none.
 * A text is learnt as it stands, so nothing stands beside it.
 */
export function withColumnAs(mapping: ColumnMapping, column: string, role: ColumnRole | undefined): ColumnMapping {
  if (role === 'text') return { format: mapping.format, text: column }
  const next: ColumnMapping = { format: mapping.format }
  for (const other of COLUMN_ROLES) {
    const isKept = other !== role && mapping[other] !== column && !(role !== undefined && other === 'text')
    if (isKept && mapping[other] !== undefined) next[other] = mapping[other]
  }
  return role === undefined ? next : { ...next, [role]: column }
}

/** The mapping that the choices make; null while they do not say enough. */
export function chosenMapping({ user, assistant, system, context, text }: ColumnMapping): ColumnMapping | null {
  if (text !== undefined) return { format: 'text', text }
  if (user === undefined || assistant === undefined) return null
  return { format: 'columns', user, assistant, ...(system && { system }), ...(context && { context }) }
}

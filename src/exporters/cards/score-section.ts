import type { RunFacts } from '../../run-file/run-facts'

/** How an adapter stands to its base, as a part of its README; nothing where it was not scored. */
export function scoreSection(facts: RunFacts | undefined): string[] {
  if (!facts?.scores) return []
  const { verdict, table } = facts.scores
  const [head, ...lines] = table.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  return [
    '## Scores',
    '',
    `Beside the base model alone: ${verdict}. Brackets hold intervals of 95 %; a difference whose interval holds 0 is none.`,
    '',
    head,
    `|${'---|'.repeat(table[0].length)}`,
    ...lines,
    '',
  ]
}

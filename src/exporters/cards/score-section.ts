import type { RunFacts } from '../../run-file/run-facts'
import type { CardSay } from './words'

/** How an adapter stands to its base, as a part of its README; nothing where it was not scored. */
export function scoreSection(facts: RunFacts | undefined, say: CardSay): string[] {
  if (!facts?.scores) return []
  const { verdict, table } = facts.scores
  const [head, ...lines] = table.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
  return [
    `## ${say('card.scores')}`,
    '',
    say('card.scoresText', { verdict }),
    '',
    head,
    `|${'---|'.repeat(table[0].length)}`,
    ...lines,
    '',
  ]
}

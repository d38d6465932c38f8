import { fail } from '../../errors'
import { holdsWords } from '../text/agreement'
import { LENGTHS } from '../suites/lengths'
import { holds, share, type ScoreKind } from './kind'

/** Facts far back in the conversation, found again word for word; by how many there are, and by its length. */
export const recall: ScoreKind = {
  figures: {
    recalled: share(),
    one_fact: share(),
    several_facts: share(),
    over_turns: share(),
    ...Object.fromEntries(LENGTHS.map((length) => [atLength(length), share()])),
  },
  async prepare({ fields: { facts, length }, messages }, { suite, row }) {
    const all = Array.isArray(facts) ? facts.filter((one) => typeof one === 'string' && one.trim() !== '') : []
    if (all.length === 0) throw fail('eval-suite-field', { file: suite, row, field: 'facts' })
    const hidden = all as string[]
    const turns = messages.filter(({ role }) => role === 'user').length
    const figure = turns > 1 ? 'over_turns' : hidden.length > 1 ? 'several_facts' : 'one_fact'
    const known = LENGTHS.find((one) => one === length)
    return (answer) => {
      const found = hidden.filter((one) => holdsWords(answer, one))
      const sums = hidden.length === 1 ? holds(found.length === 1) : [found.length, hidden.length]
      return {
        parts: { recalled: sums, [figure]: sums, ...(known && { [atLength(known)]: sums }) },
        detail: { facts: hidden, found },
      }
    }
  },
}

function atLength(tokens: number): string {
  return `at_${tokens / 1024}k`
}

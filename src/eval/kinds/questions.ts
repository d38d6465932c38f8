import { fail } from '../../errors'
import { holdsWords } from '../text/agreement'
import { holds, share, type ScoreKind } from './kind'

/** Questions with short answers: right where one of them stands in what the model says, word for word. */
export const questions: ScoreKind = {
  figures: { right: share() },
  async prepare(item, { suite, row }) {
    const { answers } = item.fields
    const all = Array.isArray(answers) ? answers.filter((one) => typeof one === 'string' && one.trim() !== '') : []
    if (all.length === 0) throw fail('eval-suite-field', { file: suite, row, field: 'answers' })
    const wanted = all as string[]
    return (answer) => ({
      parts: { right: holds(wanted.some((one) => holdsWords(answer, one))) },
      detail: { answers: wanted },
    })
  },
}

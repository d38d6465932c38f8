import { fail } from '../../errors'
import { pythonText } from '../exact-json'
import { chat, historyTurns, questionAndAnswer, withSystem } from './chat'
import type { Fields } from './fields'
import { isObject, isPresent } from './fields'
import type { Shape } from './shape'

/** Question and answer in columns whose names the mapping gives. */
export const columns: Shape = {
  format: 'columns',
  // Which columns is for `mapping.ts` to say.
  recognise: () => null,
  toExample(fields, mapping) {
    const { user, assistant, context } = mapping
    if (!user || !assistant) throw fail('data-mapping-unknown', { columns: Object.keys(fields.value) })
    const before = historyTurns(fields)
    const given = context === undefined ? '' : fields.optionalText('context', context)
    const question = [given, fields.text('question', user)].filter(Boolean).join('\n')
    const turns = questionAndAnswer(before, question, answerIn(fields, assistant))
    return chat(fields, mapping.system ? withSystem(fields, turns, mapping.system) : turns)
  },
}

/** The text of an answer; of SQuAD's `{"text": [...], "answer_start": [...]}` the first. */
function answerIn(fields: Fields, column: string): string {
  const value = fields.value[column]
  if (!isObject(value) || !Array.isArray(value.text) || !('answer_start' in value)) return fields.text('answer', column)
  const first = value.text.find(isPresent)
  if (first === undefined) throw fail('data-row-empty-field', { row: fields.row, field: column, isNull: false })
  fields.use(column, 'answer')
  return pythonText(first)
}

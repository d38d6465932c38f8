import type { DataNotes, Met } from '../../../errors/data-notes'
import type { ErrorTexts } from '../../../errors/texts'

/** "row 3", "rows 1 and 5", "rows 1, 5, 9 and 97 more". */
function rowsNamed({ rows, first }: Met): string {
  const more = rows - first.length
  const named = more > 0 ? `${first.join(', ')} and ${more} more` : first.join(', ').replace(/, (\d+)$/, ' and $1')
  return `${rows === 1 ? 'row' : 'rows'} ${named}`
}

const times = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`

export const dataNotes: ErrorTexts<DataNotes> = {
  'data-columns-unused': (p) =>
    `Not used, so not learnt: ${p.columns.join(', ')}. If one of these columns matters, say what it is.`,
  'data-fields-unprinted': (p) =>
    `The model's chat template does not print these fields of the messages, so they are not learnt: ${p.fields.join(', ')}.`,
  'data-tools-unseen': (p) =>
    `The model's chat template does not show tools, so the tools of ${rowsNamed(p)} are not seen by the model. Choose a model that knows tools, such as Qwen2.5 or Qwen3, if they matter.`,
  'data-answers-empty': (p) =>
    `${times(p.count, 'answer is', 'answers are')} empty (${rowsNamed(p)}): there the model learns to say nothing. Remove them from the file if that is not meant.`,
  'data-answers-objects': (p) =>
    `${times(p.count, 'answer is', 'answers are')} not text but an object or a list (${rowsNamed(p)}); learnt is its JSON, as Python's json.dumps writes it.`,
  'data-turns-untrained': (p) =>
    `${times(p.count, 'turn is', 'turns are')} marked as not to be learnt (${rowsNamed(p)}): read, but not trained.`,
  'data-flags-fraction': (p) =>
    `${times(p.count, 'turn has', 'turns have')} a weight that is neither 0 nor 1 (${rowsNamed(p)}); they are trained with weight 1.`,
  'data-flags-questions': (p) =>
    `${times(p.count, 'turn', 'turns')} of the user ${p.count === 1 ? 'is' : 'are'} marked as to be learnt (${rowsNamed(p)}); only what the assistant says is trained. Train on the full sequence to learn both.`,
  'data-rejected-halves': (p) =>
    `Preference data: the chosen answers are trained, the rejected ones of ${rowsNamed(p)} are not.`,
  'data-rows-rejected': (p) => `Marked as unwanted by a label, so not trained: ${rowsNamed(p)}.`,
  'data-rows-untrained': (p) => `Marked as not to be learnt, so not trained: ${rowsNamed(p)}.`,
  'data-systems-twice': (p) =>
    `In ${rowsNamed(p)} the system text beside the messages differs from the one that they begin with; theirs is taken.`,
  'data-texts-as-chats': (p) =>
    `In ${rowsNamed(p)} a system text or tools stand beside prompt and completion, for which plain text has no place; these rows are told as conversations, with the model's chat template.`,
  'data-too-long': (p) =>
    `${
      p.rows === p.of
        ? p.of === 1
          ? 'The only row is'
          : `All ${p.of} rows are`
        : `${p.rows} of ${p.of} rows ${p.rows === 1 ? 'is' : 'are'}`
    } longer than max_length ${p.max_length}, the longest has ${p.longest} tokens; ${
      p.leftOut === 0
        ? 'their ends are cut off'
        : p.leftOut === p.rows
          ? 'cut there, nothing of them would be trained, so they are left out'
          : `their ends are cut off, and ${p.leftOut} of them, of which nothing would be trained, are left out`
    }. ${
      p.suggested !== null
        ? `${p.model === null ? '' : `This model takes ${p.model}. `}Use ${p.field} ${p.suggested}${p.suggested < p.longest ? ' and shorten the longest' : ''}.`
        : 'The model takes no more; shorten these rows.'
    }`,
}

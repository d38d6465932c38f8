import type { DataRowErrors } from '../../../errors/data-rows'
import type { TemplateBounds } from '../../../errors/data'
import type { ErrorTexts } from '../../../errors/texts'

const UNITS: Record<TemplateBounds['limit'], string> = {
  steps: 'steps',
  text: 'characters',
  values: 'values in one list',
  time: 'seconds',
  range: 'numbers in a range',
}
/** The bound of a rendering, in words. */
export const templateLimit = ({ limit, most }: TemplateBounds) => `${most} ${UNITS[limit]}`

export const dataRowErrors: ErrorTexts<DataRowErrors> = {
  'data-row-cells': (p) =>
    `Row ${p.row} has ${p.cells} cells where the header names ${p.columns} ${p.columns === 1 ? 'column' : 'columns'}. It is left out. Put quotation marks around cells that contain the separator.`,
  'data-row-json': (p) =>
    `Row ${p.row} is not valid JSON: ${
      p.found === null
        ? 'it ends before it is complete'
        : p.isOpen
          ? `the text that begins at its character ${p.character} (${p.found}…) is never closed`
          : `at its character ${p.character} stands ${p.found}, where it cannot stand`
    }. It is left out. Correct that row in the file to use it.`,
  'data-row-not-object': (p) =>
    `Row ${p.row} is neither an object with named fields nor a text. It is left out. Write it as {"field": "text"} to use it.`,
  'data-row-deep': (p) =>
    `Row ${p.row} holds lists within lists, deeper than can be read. It is left out. Write its values flat, or as one text.`,
  'data-row-wall': (p) =>
    `Row ${p.row} holds a text of ${p.length} characters or more in which the tokenizer finds no end of a word; it takes at most ${p.most}. The row is left out. Put spaces or line breaks into the text, or spread it over several rows.`,
  'data-row-whole': (p) =>
    `Row ${p.row} holds a text of ${p.length} characters. This model's tokenizer can only be given a text whole, and takes at most ${p.most} then. The row is left out. Spread it over several rows.`,
  'data-row-unknown': (p) =>
    `Row ${p.row} is in no format that is known (it has: ${p.columns.join(', ') || 'nothing'}), unlike others of the file. It is left out. Name its fields as theirs are named to use it.`,
  'data-row-missing-field': (p) =>
    `Row ${p.row} has no "${p.field}" (it has: ${p.columns.join(', ') || 'nothing'}). It is left out. Fix the file or map another column.`,
  'data-row-field-kind': (p) =>
    `In row ${p.row} the field "${p.field}" is not a ${p.wanted}. The row is left out. Correct the field in the file.`,
  'data-row-field-text': (p) =>
    `In row ${p.row} the field "${p.field}" is a text (${p.found}…) that is no list of messages, neither as JSON nor as Python prints one. The row is left out. Write the column with json.dumps.`,
  'data-row-empty-field': (p) =>
    `In row ${p.row} the field "${p.field}" is ${p.isNull ? 'null' : 'empty'}. The row is left out. Fill the field in the file to use it.`,
  'data-row-history': (p) =>
    `In row ${p.row} the field "history" is not a list of [question, answer] pairs. The row is left out. Correct the field in the file.`,
  'data-row-message': (p) =>
    `Message ${p.message} of row ${p.row} has no text and calls no tool. The row is left out. Give every message a role and a content.`,
  'data-row-media': (p) =>
    `Message ${p.message} of row ${p.row} holds a part of the kind "${p.kind}". Only text is trained here, and without that part the answer would make no sense, so the row is left out. Describe it in words to use the row.`,
  'data-row-role': (p) =>
    `Message ${p.message} of row ${p.row} has the role "${p.role}", which no template knows. The row is left out. Use system, user, assistant or tool.`,
  'data-row-tool-call': (p) =>
    `Message ${p.message} of row ${p.row} is to call a tool, but holds no call with a name and arguments. The row is left out. Correct the call in the file.`,
  'data-row-tool-arguments': (p) =>
    `In message ${p.message} of row ${p.row} the arguments of the call of "${p.name}"${p.id ? ` (${p.id})` : ''} are not JSON: ${p.given}. A broken call would be learnt, so the row is left out. Write the arguments as JSON.`,
  'data-row-tools': (p) =>
    `In row ${p.row} the field "${p.field}" is not a list of tools, nor JSON of one. The row is left out. Correct the field in the file.`,
  'data-row-calls-unknown': (p) =>
    `Row ${p.row} calls tools, but the model's chat template does not print tool calls, so they would be lost. The row is left out. Choose a model that knows tools, such as Qwen2.5 or Qwen3.`,
  'data-row-template-bounds': (p) =>
    `Row ${p.row} makes the model's chat template go beyond ${templateLimit(p)}. The row is left out. Split the conversation, or correct chat_template.jinja.`,
  'data-row-template': (p) =>
    `The model's chat template refuses row ${p.row}: ${p.detail}. The row is left out. Change the order or the roles of its messages.`,
  'data-row-template-fails': (p) =>
    `The model's chat template fails on row ${p.row}: ${p.detail}. The row is left out. If transformers renders it, the template uses what is not known here: put a simpler chat_template.jinja into the model's folder. If not, the template needs a field that the row lacks.`,
  'data-row-no-assistant': (p) =>
    `Row ${p.row} has no assistant turn, so nothing in it would be trained. It is left out. Add an answer, or train on the full sequence.`,
  'data-row-masked': (p) =>
    `Row ${p.row} has ${p.length} tokens; cut to max_length ${p.max_length}, none of those left would be trained. It is left out. Raise max_length or shorten the prompt.`,
  'data-row-untrained': (p) =>
    `Nothing of row ${p.row} would be trained: it holds neither an answer nor a completion that adds to its prompt. It is left out. Add an answer, or train on the full sequence.`,
  'data-row-no-tokens': (p) =>
    `Row ${p.row} gives fewer than two tokens, so there is nothing to predict. It is left out. Write a longer text.`,
  'data-row-token-outside': (p) =>
    `Row ${p.row} holds the token ${p.text} (${p.id}), but the model has weights for ${p.vocabSize} tokens only. The row is left out. Use the tokenizer that belongs to these weights, or a model whose vocabulary was extended.`,
}

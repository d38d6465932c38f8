import type { DataErrors } from '../../../errors/data'
import type { ErrorTexts } from '../../../errors/texts'

export const dataErrors: ErrorTexts<DataErrors> = {
  'data-empty': (p) => `${p.file} is empty. There is nothing to train on. Choose another file.`,
  'data-encoding': (p) =>
    `${p.file} is not UTF-8 text: byte ${p.byte + 1}, on line ${p.line}, cannot be decoded. Nothing was loaded. Save the file as UTF-8 (in Excel: "CSV UTF-8") and choose it again.`,
  'data-read-as': (p) =>
    `${p.file} is not UTF-8; it was read as ${p.encoding}, in which all of it makes sense. Look at the examples below; if they are garbled, save the file as UTF-8 and choose it again.`,
  'data-gzip': (p) =>
    `${p.file} cannot be unpacked: the gzip data is damaged or cut off. Nothing was loaded. Download or pack the file again.`,
  'data-foreign': (p) =>
    `${p.file} is ${
      {
        pdf: 'a PDF, whose text has no rows. It was not opened. Put questions and answers into a table or JSON, and choose that.',
        picture: 'a picture, which holds no text. It was not opened. Choose a JSON, JSONL, CSV or TSV file.',
        workbook:
          'an Excel workbook, which cannot be read here. It was not opened. In Excel, save it as "CSV UTF-8" and choose that file.',
        document:
          'an Office document, which has no rows. It was not opened. Put questions and answers into a table, save it as "CSV UTF-8" and choose that.',
        zip: 'a zip archive. It was not opened as data. Unpack it and choose the file inside.',
      }[p.kind]
    }`,
  'data-not-json': (p) =>
    `${p.file} is neither JSON, JSON lines nor a table; it begins with "${p.start}". Nothing was loaded. Save the data as .json, .jsonl or .csv and choose it again.`,
  'data-json-cut': (p) =>
    `${p.file} ends before its JSON is complete: row ${p.row}, which begins on line ${p.line}, is never closed. Nothing was loaded. Look for a missing quotation mark or bracket there, or fetch the file again.`,
  'data-json-after': (p) =>
    `${p.file} goes on after the end of its list, on line ${p.line}, with something that is no further list, so it is not clear what its rows are. Nothing was loaded. Put all rows into one list, or one row on each line.`,
  'data-table-twice': (p) =>
    `${p.file} names the column "${p.column}" more than once, so it is not clear which of them is meant. Nothing was loaded. Give each column a name of its own.`,
  'data-table-header': (p) =>
    `${p.file} has no header line that names at least two columns. Nothing was loaded. Put the names of the columns into the first line.`,
  'data-row-table': (p) =>
    `Row ${p.row} of the table cannot be read (${p.detail}). It is left out. Look for an unpaired quotation mark in it.`,
  'data-row-cells': (p) =>
    `Row ${p.row} has ${p.cells} cells where the header names ${p.columns} columns. It is left out. Put quotation marks around cells that contain the separator.`,
  'data-row-json': (p) =>
    `Row ${p.row} is not valid JSON (${p.detail}). It is left out. Correct that row in the file to use it.`,
  'data-row-not-object': (p) =>
    `Row ${p.row} is not an object with named fields. It is left out. Write it as {"field": "text"} to use it.`,
  'data-row-missing-field': (p) =>
    `Row ${p.row} has no "${p.field}" (it has: ${p.columns.join(', ') || 'nothing'}). It is left out. Fix the file or map another column.`,
  'data-row-field-kind': (p) =>
    `In row ${p.row} the field "${p.field}" is not a ${p.wanted}. The row is left out. Correct the field in the file.`,
  'data-row-empty-field': (p) =>
    `In row ${p.row} the field "${p.field}" is empty. The row is left out. Fill the field in the file to use it.`,
  'data-row-history': (p) =>
    `In row ${p.row} the field "history" is not a list of [question, answer] pairs. The row is left out. Correct the field in the file.`,
  'data-row-message': (p) =>
    `Message ${p.message} of row ${p.row} has no text. The row is left out. Give every message a role and a content.`,
  'data-row-role': (p) =>
    `Message ${p.message} of row ${p.row} has the role "${p.role}", which no template knows. The row is left out. Use system, user, assistant or tool.`,
  'data-row-tool-call': (p) =>
    `Message ${p.message} of row ${p.row} holds a tool call whose arguments are not valid JSON. The row is left out. Correct the call in the file.`,
  'data-row-tools': (p) =>
    `In row ${p.row} the field "tools" is not a list of tools, nor JSON of one. The row is left out. Correct the field in the file.`,
  'data-row-calls-unknown': (p) =>
    `Row ${p.row} calls tools, but the model's chat template does not print tool calls, so they would be lost. The row is left out. Choose a model that knows tools, such as Qwen2.5 or Qwen3.`,
  'data-row-template': (p) =>
    `The model's chat template refuses row ${p.row}: ${p.detail}. The row is left out. Change the order or the roles of its messages.`,
  'data-row-no-assistant': (p) =>
    `Row ${p.row} has no assistant turn, so nothing in it would be trained. It is left out. Add an answer, or train on the full sequence.`,
  'data-row-masked': (p) =>
    `Row ${p.row} has ${p.length} tokens; cut to max_length ${p.max_length}, none of those left would be trained. It is left out. Raise max_length or shorten the prompt.`,
  'data-row-no-tokens': (p) =>
    `Row ${p.row} gives fewer than two tokens, so there is nothing to predict. It is left out. Write a longer text.`,
  'data-mapping-unknown': (p) =>
    `It is not clear which of the columns (${p.columns.join(', ')}) is asked and which answered. No row can be used yet. Choose the column of the user and that of the assistant.`,
  'data-tokenizer-broken': (p) =>
    `The model's ${p.file} cannot be read (${p.detail}). Without it no text can be turned into tokens. Fetch the model's folder again.`,
  'data-template-missing': () =>
    'The model has no chat template (neither chat_template.jinja nor a field in tokenizer_config.json), so conversations cannot be rendered. Take the instruct version of the model, or data with a "text" column or "prompt" and "completion" texts.',
  'data-template-broken': (p) =>
    `The model's chat template cannot be used (${p.detail}), so conversations cannot be rendered. Fetch the model's folder again, or correct chat_template.jinja.`,
  'data-template-spans': (p) =>
    `In row ${p.row} it cannot be told which part of the rendered text the assistant wrote. The row is left out. Train on the full sequence, or put {% generation %} marks into chat_template.jinja.`,
}

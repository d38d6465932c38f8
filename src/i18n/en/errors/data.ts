import type { DataErrors, ForeignKind } from '../../../errors/data'
import { templateLimit } from './data-rows'
import type { ErrorTexts } from '../../../errors/texts'

const asTable = (kind: string, read: string) =>
  `${kind}, which is not read here. It was not opened. Turn it into JSON lines, in Python: ${read}.to_json("data.jsonl", orient="records", lines=True, force_ascii=False).`

/** What a file is instead of data, and what to do. */
const foreign: Record<ForeignKind, string> = {
  parquet: asTable('a Parquet file', 'pandas.read_parquet("FILE")'),
  arrow: asTable('an Arrow file', 'datasets.Dataset.from_file("FILE").to_pandas()'),
  avro: asTable('an Avro file', 'pandas.DataFrame(fastavro.reader(open("FILE", "rb")))'),
  orc: asTable('an ORC file', 'pandas.read_orc("FILE")'),
  hdf5: asTable('an HDF5 file', 'pandas.read_hdf("FILE")'),
  sqlite: 'an SQLite database. It was not opened. Export the table as CSV and choose that.',
  numpy: 'a numpy array, which has no named columns. It was not opened. Save its texts as JSON lines and choose that.',
  pickle: `a Python pickle, which can run programs when it is opened. It was not. If you trust it, turn it into JSON lines, in Python: pandas.read_pickle("FILE").to_json("data.jsonl", orient="records", lines=True).`,
  pytorch:
    'a file of PyTorch, which holds tensors and no texts. It was not opened. Choose a JSON, JSONL, CSV or TSV file.',
  safetensors:
    "a file of a model's weights, not of data. It was not opened as data. Choose the model's whole folder as the model.",
  gguf: 'a GGUF model, not data. It was not opened. Choose a JSON, JSONL, CSV or TSV file.',
  workbook:
    'an Excel workbook, which cannot be read here. It was not opened. In Excel, save it as "CSV UTF-8" and choose that file.',
  document:
    'an Office document, which has no rows. It was not opened. Put questions and answers into a table, save it as "CSV UTF-8" and choose that.',
  pdf: 'a PDF, whose text has no rows. It was not opened. Put questions and answers into a table or JSON, and choose that.',
  picture: 'a picture, which holds no text. It was not opened. Choose a JSON, JSONL, CSV or TSV file.',
  page: 'a web page, perhaps saved in place of the file that it shows. It was not opened. Download the file itself.',
  pointer:
    'a Git LFS pointer: it stands for a large file that was not downloaded with it. There is nothing to read. Fetch the file itself (git lfs pull).',
  zip: 'a zip archive. It was not opened as data. Unpack it and choose the file inside.',
  archive: 'an archive. It was not opened as data. Unpack it and choose the file inside.',
  packed:
    'packed by zstd, xz, bzip2 or LZ4, which are not unpacked here. It was not opened. Unpack it, or pack it by gzip.',
  binary: 'no text: it holds zero bytes as no text does. It was not opened. Choose a JSON, JSONL, CSV or TSV file.',
}

export const dataErrors: ErrorTexts<DataErrors> = {
  'data-empty': (p) => `${p.file} is empty. There is nothing to train on. Choose another file.`,
  'data-encoding': (p) =>
    `${p.file} is no ${p.encoding} text: byte ${p.byte + 1}, on line ${p.line}, cannot be decoded. Nothing was loaded. Save the file as UTF-8 (in Excel: "CSV UTF-8") and choose it again, or correct that line if the rest is readable.`,
  'data-read-as': (p) =>
    `${p.file} is not UTF-8; it was read as ${p.encoding}, in which all of it makes sense: “${p.sample.replaceAll('\n', ' / ')}”. If that is garbled, save the file as UTF-8 and choose it again.`,
  'data-encoding-unclear': (p) =>
    `${p.file} is not UTF-8, and which encoding it is in cannot be told for sure. Nothing was loaded, because garbled text would be learnt. It would read:\n${p.candidates.map(({ encoding, sample }) => `  ${encoding}: ${sample.replaceAll('\n', ' / ')}\n`).join('')}Name the one that makes sense (--encoding), or save the file as UTF-8.`,
  'data-encoding-unknown': (p) =>
    `No encoding is called "${p.encoding}". Nothing was loaded. Use a name such as utf-8, gb18030, big5, shift_jis, euc-jp, cp949, cp1251 or cp1252, or save the file as UTF-8.`,
  'data-gzip': (p) =>
    `${p.file} cannot be unpacked: the gzip data is damaged or cut off. Nothing was loaded. Download or pack the file again.`,
  'data-foreign': (p) => `${p.file} is ${foreign[p.kind]}`,
  'data-not-json': (p) =>
    `${p.file} is neither JSON, JSON lines nor a table; it begins with "${p.start}". Nothing was loaded. Save the data as .json, .jsonl or .csv and choose it again.`,
  'data-json-cut': (p) =>
    `${p.file} ends before its JSON is complete: row ${p.row}, which begins on line ${p.line}, is never closed. Nothing was loaded. Look for a missing quotation mark or bracket there, or fetch the file again.`,
  'data-json-after': (p) =>
    `${p.file} goes on after the end of its list, on line ${p.line}, with something that is no further list, so it is not clear what its rows are. Nothing was loaded. Put all rows into one list, or one row on each line.`,
  'data-mapping-unknown': (p) =>
    `It is not clear which of the columns (${p.columns.join(', ')}) is asked and which answered. No row can be used yet. Choose the column of the user and that of the assistant.`,
  'data-tokenizer-broken': (p) =>
    `The model's ${p.file} cannot be read (${p.detail}). Without it no text can be turned into tokens. Fetch the model's folder again.`,
  'data-tokenizer-expression': (p) =>
    `The model's ${p.file} splits texts by an expression that may search for ever: ${p.pattern}. Nothing was tokenised with it. Take the tokenizer.json of the model's publisher, or write the expression without repetitions inside repetitions.`,
  'data-template-missing': () =>
    'The model has no chat template (neither chat_template.jinja nor a field in tokenizer_config.json), so conversations cannot be rendered. Take the instruct version of the model, or data with a "text" column or "prompt" and "completion" texts.',
  'data-template-bounds': (p) =>
    `The model's chat template goes beyond ${templateLimit(p)}, so it may never end and was stopped. Nothing was loaded. Fetch the model's folder again from its original repository, or correct chat_template.jinja.`,
  'data-template-broken': (p) =>
    `The model's chat template cannot be used (${p.detail}), so conversations cannot be rendered. Fetch the model's folder again, or correct chat_template.jinja.`,
  'data-template-spans': (p) =>
    `In row ${p.row} it cannot be told which part of the rendered text the assistant wrote. The row is left out. Train on the full sequence, or put {% generation %} marks into chat_template.jinja.`,
  'data-splits': (p) =>
    `${p.file} holds several parts; "${p.read}" is read, and ${p.others.map((name) => `"${name}"`).join(', ')} ${p.others.length === 1 ? 'is' : 'are'} not trained. To train on another, put it into a file of its own.`,
  'data-viewer-page': (p) =>
    `${p.file} is a page of a data set viewer: it holds ${p.rows} of the data set's ${p.total} rows, and only these are trained. Download the data set's own files for all of them.`,
  'data-viewer-cut': (p) =>
    `The data set viewer has cut off long cells in ${p.rows} ${p.rows === 1 ? 'row' : 'rows'} of ${p.file}; what is missing there is not learnt. Download the data set's own files to have them whole.`,
  'data-read-lines': (p) =>
    `${p.file} is plain text; each of its lines is a row of its own, learnt as it stands. If lines belong together, write them as JSON: {"text": "..."} for each.`,
  'data-table-literal': (p) =>
    `In ${p.rows} ${p.rows === 1 ? 'row' : 'rows'} of ${p.file} a cell begins with a quotation mark that does not enclose it. These cells are taken as they stand, marks included.`,
  'data-no-rows': (p) =>
    p.rows === 0
      ? `${p.file} has no rows, so there is nothing to work on. Choose another file.`
      : `Of the ${p.rows} ${p.rows === 1 ? 'row' : 'rows'} of ${p.file} none can be used, so there is nothing to work on. Mend what the notes name, or choose another file.`,
}

import type { ErrorCatalog } from './catalog'

/** Errors of data: a message names cause, consequence and next action, in that order. */
export const dataErrors = {
  'data-empty': {
    en: (p: { file: string }) => `${p.file} is empty. There is nothing to train on. Choose another file.`,
    zh: (p: { file: string }) => `${p.file} 是空文件，没有可训练的内容。请换一个文件。`,
  },
  'data-encoding': {
    en: (p: { file: string; byte: number; line: number }) =>
      `${p.file} is not UTF-8 text: byte ${p.byte + 1}, on line ${p.line}, cannot be decoded. Nothing was loaded. Save the file as UTF-8 (in Excel: "CSV UTF-8") and choose it again.`,
    zh: (p: { file: string; byte: number; line: number }) =>
      `${p.file} 不是 UTF-8 文本：第 ${p.line} 行（第 ${p.byte + 1} 字节）无法解码，因此没有载入任何内容。请把文件另存为 UTF-8（Excel 中选“CSV UTF-8”）后重新选择。`,
  },
  'data-read-as': {
    en: (p: { file: string; encoding: string }) =>
      `${p.file} is not UTF-8; it was read as ${p.encoding}, in which all of it makes sense. Look at the examples below; if they are garbled, save the file as UTF-8 and choose it again.`,
    zh: (p: { file: string; encoding: string }) =>
      `${p.file} 不是 UTF-8，已按 ${p.encoding}（GBK）读取，全文均可解码。请看一下示例；如有乱码，请把文件另存为 UTF-8 后重新选择。`,
  },
  'data-gzip': {
    en: (p: { file: string }) =>
      `${p.file} cannot be unpacked: the gzip data is damaged or cut off. Nothing was loaded. Download or pack the file again.`,
    zh: (p: { file: string }) =>
      `${p.file} 无法解压：gzip 数据损坏或不完整，因此没有载入任何内容。请重新下载或重新压缩该文件。`,
  },
  'data-foreign': {
    en: (p: { file: string; kind: 'pdf' | 'picture' | 'workbook' | 'document' | 'zip' }) =>
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
    zh: (p: { file: string; kind: 'pdf' | 'picture' | 'workbook' | 'document' | 'zip' }) =>
      `${p.file} 没有打开：${
        {
          pdf: '这是 PDF，里面的文字不分行列。请把问题和回答整理成表格或 JSON 再选择。',
          picture: '这是图片，不含文字。请选择 JSON、JSONL、CSV 或 TSV 文件。',
          workbook: '这是 Excel 工作簿，这里无法读取。请在 Excel 中另存为“CSV UTF-8”，再选择那个文件。',
          document: '这是 Office 文档，不分行列。请把问题和回答整理成表格，另存为“CSV UTF-8”后再选择。',
          zip: '这是 zip 压缩包，不能当作数据。请先解压，再选择里面的文件。',
        }[p.kind]
      }`,
  },
  'data-not-json': {
    en: (p: { file: string; start: string }) =>
      `${p.file} is neither JSON, JSON lines nor a table; it begins with "${p.start}". Nothing was loaded. Save the data as .json, .jsonl or .csv and choose it again.`,
    zh: (p: { file: string; start: string }) =>
      `${p.file} 既不是 JSON、JSONL，也不是表格，开头是“${p.start}”，因此没有载入任何内容。请把数据存成 .json、.jsonl 或 .csv 后重新选择。`,
  },
  'data-json-cut': {
    en: (p: { file: string; row: number; line: number }) =>
      `${p.file} ends before its JSON is complete: row ${p.row}, which begins on line ${p.line}, is never closed. Nothing was loaded. Look for a missing quotation mark or bracket there, or fetch the file again.`,
    zh: (p: { file: string; row: number; line: number }) =>
      `${p.file} 的 JSON 不完整：从第 ${p.line} 行开始的第 ${p.row} 条数据没有结束，因此没有载入任何内容。请检查那里是否缺少引号或括号，或重新获取文件。`,
  },
  'data-json-after': {
    en: (p: { file: string; line: number }) =>
      `${p.file} goes on after the end of its list, on line ${p.line}, with something that is no further list, so it is not clear what its rows are. Nothing was loaded. Put all rows into one list, or one row on each line.`,
    zh: (p: { file: string; line: number }) =>
      `${p.file} 的列表结束之后，第 ${p.line} 行还有别的内容，且不是另一个列表，无法确定哪些是数据行，因此没有载入任何内容。请把所有行放进同一个列表，或每行写一条。`,
  },
  'data-table-twice': {
    en: (p: { file: string; column: string }) =>
      `${p.file} names the column "${p.column}" more than once, so it is not clear which of them is meant. Nothing was loaded. Give each column a name of its own.`,
    zh: (p: { file: string; column: string }) =>
      `${p.file} 有多列都叫“${p.column}”，无法确定该用哪一列，因此没有载入任何内容。请给每一列起不同的名字。`,
  },
  'data-table-header': {
    en: (p: { file: string }) =>
      `${p.file} has no header line that names at least two columns. Nothing was loaded. Put the names of the columns into the first line.`,
    zh: (p: { file: string }) =>
      `${p.file} 的第一行没有给出至少两列的列名，因此没有载入任何内容。请在第一行写上各列的名称。`,
  },
  'data-row-table': {
    en: (p: { row: number; detail: string }) =>
      `Row ${p.row} of the table cannot be read (${p.detail}). It is left out. Look for an unpaired quotation mark in it.`,
    zh: (p: { row: number; detail: string }) =>
      `表格第 ${p.row} 行无法读取（${p.detail}），已略过。请检查其中的引号是否成对。`,
  },
  'data-row-cells': {
    en: (p: { row: number; cells: number; columns: number }) =>
      `Row ${p.row} has ${p.cells} cells where the header names ${p.columns} columns. It is left out. Put quotation marks around cells that contain the separator.`,
    zh: (p: { row: number; cells: number; columns: number }) =>
      `第 ${p.row} 行有 ${p.cells} 个单元格，而表头有 ${p.columns} 列，该行已略过。含有分隔符的单元格请用引号括起来。`,
  },
  'data-row-json': {
    en: (p: { row: number; detail: string }) =>
      `Row ${p.row} is not valid JSON (${p.detail}). It is left out. Correct that row in the file to use it.`,
    zh: (p: { row: number; detail: string }) =>
      `第 ${p.row} 条不是合法的 JSON（${p.detail}），已略过。如需使用，请在文件中改正这一条。`,
  },
  'data-row-not-object': {
    en: (p: { row: number }) =>
      `Row ${p.row} is not an object with named fields. It is left out. Write it as {"field": "text"} to use it.`,
    zh: (p: { row: number }) => `第 ${p.row} 条不是带字段名的对象，已略过。如需使用，请写成 {"字段": "文本"} 的形式。`,
  },
  'data-row-missing-field': {
    en: (p: { row: number; field: string; columns: string[] }) =>
      `Row ${p.row} has no "${p.field}" (it has: ${p.columns.join(', ') || 'nothing'}). It is left out. Fix the file or map another column.`,
    zh: (p: { row: number; field: string; columns: string[] }) =>
      `第 ${p.row} 条没有“${p.field}”（现有字段：${p.columns.join('、') || '无'}），已略过。请修改文件或改用别的列。`,
  },
  'data-row-field-kind': {
    en: (p: { row: number; field: string; wanted: 'text' | 'list' }) =>
      `In row ${p.row} the field "${p.field}" is not a ${p.wanted}. The row is left out. Correct the field in the file.`,
    zh: (p: { row: number; field: string; wanted: 'text' | 'list' }) =>
      `第 ${p.row} 条的“${p.field}”不是${p.wanted === 'text' ? '文本' : '列表'}，该条已略过。请在文件中改正这个字段。`,
  },
  'data-row-empty-field': {
    en: (p: { row: number; field: string }) =>
      `In row ${p.row} the field "${p.field}" is empty. The row is left out. Fill the field in the file to use it.`,
    zh: (p: { row: number; field: string }) =>
      `第 ${p.row} 条的“${p.field}”为空，该条已略过。如需使用，请在文件中填上内容。`,
  },
  'data-row-history': {
    en: (p: { row: number }) =>
      `In row ${p.row} the field "history" is not a list of [question, answer] pairs. The row is left out. Correct the field in the file.`,
    zh: (p: { row: number }) =>
      `第 ${p.row} 条的“history”不是由 [问, 答] 组成的列表，该条已略过。请在文件中改正这个字段。`,
  },
  'data-row-message': {
    en: (p: { row: number; message: number }) =>
      `Message ${p.message} of row ${p.row} has no text. The row is left out. Give every message a role and a content.`,
    zh: (p: { row: number; message: number }) =>
      `第 ${p.row} 条的第 ${p.message} 条消息没有文本，该条已略过。请给每条消息写上 role 和 content。`,
  },
  'data-row-role': {
    en: (p: { row: number; message: number; role: string }) =>
      `Message ${p.message} of row ${p.row} has the role "${p.role}", which no template knows. The row is left out. Use system, user, assistant or tool.`,
    zh: (p: { row: number; message: number; role: string }) =>
      `第 ${p.row} 条的第 ${p.message} 条消息的角色是“${p.role}”，对话模板无法识别，该条已略过。请使用 system、user、assistant 或 tool。`,
  },
  'data-row-tool-call': {
    en: (p: { row: number; message: number }) =>
      `Message ${p.message} of row ${p.row} holds a tool call whose arguments are not valid JSON. The row is left out. Correct the call in the file.`,
    zh: (p: { row: number; message: number }) =>
      `第 ${p.row} 条的第 ${p.message} 条消息里，工具调用的参数不是合法的 JSON，该条已略过。请在文件中改正这次调用。`,
  },
  'data-row-tools': {
    en: (p: { row: number }) =>
      `In row ${p.row} the field "tools" is not a list of tools, nor JSON of one. The row is left out. Correct the field in the file.`,
    zh: (p: { row: number }) =>
      `第 ${p.row} 条的“tools”不是工具列表，也不是列表的 JSON 文本，该条已略过。请在文件中改正这个字段。`,
  },
  'data-row-calls-unknown': {
    en: (p: { row: number }) =>
      `Row ${p.row} calls tools, but the model's chat template does not print tool calls, so they would be lost. The row is left out. Choose a model that knows tools, such as Qwen2.5 or Qwen3.`,
    zh: (p: { row: number }) =>
      `第 ${p.row} 条包含工具调用，但该模型的对话模板不会输出工具调用，这部分会丢失，因此该条已略过。请选用支持工具的模型，例如 Qwen2.5 或 Qwen3。`,
  },
  'data-row-template': {
    en: (p: { row: number; detail: string }) =>
      `The model's chat template refuses row ${p.row}: ${p.detail}. The row is left out. Change the order or the roles of its messages.`,
    zh: (p: { row: number; detail: string }) =>
      `模型的对话模板不接受第 ${p.row} 条：${p.detail}。该条已略过。请调整其中消息的顺序或角色。`,
  },
  'data-row-no-assistant': {
    en: (p: { row: number }) =>
      `Row ${p.row} has no assistant turn, so nothing in it would be trained. It is left out. Add an answer, or train on the full sequence.`,
    zh: (p: { row: number }) =>
      `第 ${p.row} 条没有助手的回答，训练时没有可学的内容，已略过。请补上回答，或改为对全文训练。`,
  },
  'data-row-masked': {
    en: (p: { row: number; length: number; max_length: number }) =>
      `Row ${p.row} has ${p.length} tokens; cut to max_length ${p.max_length}, none of those left would be trained. It is left out. Raise max_length or shorten the prompt.`,
    zh: (p: { row: number; length: number; max_length: number }) =>
      `第 ${p.row} 条有 ${p.length} 个 token，按 max_length ${p.max_length} 截断后没有任何 token 参与训练，已略过。请增大 max_length 或缩短提问。`,
  },
  'data-row-no-tokens': {
    en: (p: { row: number }) =>
      `Row ${p.row} gives fewer than two tokens, so there is nothing to predict. It is left out. Write a longer text.`,
    zh: (p: { row: number }) => `第 ${p.row} 条不足两个 token，没有可预测的内容，已略过。请写长一些。`,
  },
  'data-mapping-unknown': {
    en: (p: { columns: string[] }) =>
      `It is not clear which of the columns (${p.columns.join(', ')}) is asked and which answered. No row can be used yet. Choose the column of the user and that of the assistant.`,
    zh: (p: { columns: string[] }) =>
      `无法判断各列（${p.columns.join('、')}）中哪一列是提问、哪一列是回答，暂时没有可用的数据。请分别选择用户列和助手列。`,
  },
  'data-tokenizer-broken': {
    en: (p: { file: string; detail: string }) =>
      `The model's ${p.file} cannot be read (${p.detail}). Without it no text can be turned into tokens. Fetch the model's folder again.`,
    zh: (p: { file: string; detail: string }) =>
      `模型的 ${p.file} 无法读取（${p.detail}）。没有它就无法把文本转换成 token。请重新获取模型文件夹。`,
  },
  'data-template-missing': {
    en: () =>
      'The model has no chat template (neither chat_template.jinja nor a field in tokenizer_config.json), so conversations cannot be rendered. Take the instruct version of the model, or data with a "text" column or "prompt" and "completion" texts.',
    zh: () =>
      '该模型没有对话模板（既没有 chat_template.jinja，tokenizer_config.json 里也没有），无法把对话转换成文本。请改用该模型的指令（instruct）版本，或使用只含 text 列或 prompt 与 completion 文本的数据。',
  },
  'data-template-broken': {
    en: (p: { detail: string }) =>
      `The model's chat template cannot be used (${p.detail}), so conversations cannot be rendered. Fetch the model's folder again, or correct chat_template.jinja.`,
    zh: (p: { detail: string }) =>
      `模型的对话模板无法使用（${p.detail}），因此不能把对话转换成文本。请重新获取模型文件夹，或改正 chat_template.jinja。`,
  },
  'data-template-spans': {
    en: (p: { row: number }) =>
      `In row ${p.row} it cannot be told which part of the rendered text the assistant wrote. The row is left out. Train on the full sequence, or put {% generation %} marks into chat_template.jinja.`,
    zh: (p: { row: number }) =>
      `无法判断第 ${p.row} 条渲染后的文本中哪些是助手写的，该条已略过。请改为对全文训练，或在 chat_template.jinja 中加上 {% generation %} 标记。`,
  },
} satisfies ErrorCatalog

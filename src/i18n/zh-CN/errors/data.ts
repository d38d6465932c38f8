import type { DataErrors } from '../../../errors/data'
import type { ErrorTexts } from '../../../errors/texts'

export const dataErrors: ErrorTexts<DataErrors> = {
  'data-empty': (p) => `${p.file} 是空文件，没有可训练的内容。请换一个文件。`,
  'data-encoding': (p) =>
    `${p.file} 不是 UTF-8 文本：第 ${p.line} 行（第 ${p.byte + 1} 字节）无法解码，因此没有载入任何内容。请把文件另存为 UTF-8（Excel 中选“CSV UTF-8”）后重新选择。`,
  'data-read-as': (p) =>
    `${p.file} 不是 UTF-8，已按 ${p.encoding}（GBK）读取，全文均可解码。请看一下示例；如有乱码，请把文件另存为 UTF-8 后重新选择。`,
  'data-gzip': (p) => `${p.file} 无法解压：gzip 数据损坏或不完整，因此没有载入任何内容。请重新下载或重新压缩该文件。`,
  'data-foreign': (p) =>
    `${p.file} 没有打开：${
      {
        pdf: '这是 PDF，里面的文字不分行列。请把问题和回答整理成表格或 JSON 再选择。',
        picture: '这是图片，不含文字。请选择 JSON、JSONL、CSV 或 TSV 文件。',
        workbook: '这是 Excel 工作簿，这里无法读取。请在 Excel 中另存为“CSV UTF-8”，再选择那个文件。',
        document: '这是 Office 文档，不分行列。请把问题和回答整理成表格，另存为“CSV UTF-8”后再选择。',
        zip: '这是 zip 压缩包，不能当作数据。请先解压，再选择里面的文件。',
      }[p.kind]
    }`,
  'data-not-json': (p) =>
    `${p.file} 既不是 JSON、JSONL，也不是表格，开头是“${p.start}”，因此没有载入任何内容。请把数据存成 .json、.jsonl 或 .csv 后重新选择。`,
  'data-json-cut': (p) =>
    `${p.file} 的 JSON 不完整：从第 ${p.line} 行开始的第 ${p.row} 条数据没有结束，因此没有载入任何内容。请检查那里是否缺少引号或括号，或重新获取文件。`,
  'data-json-after': (p) =>
    `${p.file} 的列表结束之后，第 ${p.line} 行还有别的内容，且不是另一个列表，无法确定哪些是数据行，因此没有载入任何内容。请把所有行放进同一个列表，或每行写一条。`,
  'data-table-twice': (p) =>
    `${p.file} 有多列都叫“${p.column}”，无法确定该用哪一列，因此没有载入任何内容。请给每一列起不同的名字。`,
  'data-table-header': (p) =>
    `${p.file} 的第一行没有给出至少两列的列名，因此没有载入任何内容。请在第一行写上各列的名称。`,
  'data-row-table': (p) => `表格第 ${p.row} 行无法读取（${p.detail}），已略过。请检查其中的引号是否成对。`,
  'data-row-cells': (p) =>
    `第 ${p.row} 行有 ${p.cells} 个单元格，而表头有 ${p.columns} 列，该行已略过。含有分隔符的单元格请用引号括起来。`,
  'data-row-json': (p) => `第 ${p.row} 条不是合法的 JSON（${p.detail}），已略过。如需使用，请在文件中改正这一条。`,
  'data-row-not-object': (p) => `第 ${p.row} 条不是带字段名的对象，已略过。如需使用，请写成 {"字段": "文本"} 的形式。`,
  'data-row-missing-field': (p) =>
    `第 ${p.row} 条没有“${p.field}”（现有字段：${p.columns.join('、') || '无'}），已略过。请修改文件或改用别的列。`,
  'data-row-field-kind': (p) =>
    `第 ${p.row} 条的“${p.field}”不是${p.wanted === 'text' ? '文本' : '列表'}，该条已略过。请在文件中改正这个字段。`,
  'data-row-empty-field': (p) => `第 ${p.row} 条的“${p.field}”为空，该条已略过。如需使用，请在文件中填上内容。`,
  'data-row-history': (p) =>
    `第 ${p.row} 条的“history”不是由 [问, 答] 组成的列表，该条已略过。请在文件中改正这个字段。`,
  'data-row-message': (p) =>
    `第 ${p.row} 条的第 ${p.message} 条消息没有文本，该条已略过。请给每条消息写上 role 和 content。`,
  'data-row-role': (p) =>
    `第 ${p.row} 条的第 ${p.message} 条消息的角色是“${p.role}”，对话模板无法识别，该条已略过。请使用 system、user、assistant 或 tool。`,
  'data-row-tool-call': (p) =>
    `第 ${p.row} 条的第 ${p.message} 条消息里，工具调用的参数不是合法的 JSON，该条已略过。请在文件中改正这次调用。`,
  'data-row-tools': (p) =>
    `第 ${p.row} 条的“tools”不是工具列表，也不是列表的 JSON 文本，该条已略过。请在文件中改正这个字段。`,
  'data-row-calls-unknown': (p) =>
    `第 ${p.row} 条包含工具调用，但该模型的对话模板不会输出工具调用，这部分会丢失，因此该条已略过。请选用支持工具的模型，例如 Qwen2.5 或 Qwen3。`,
  'data-row-template': (p) =>
    `模型的对话模板不接受第 ${p.row} 条：${p.detail}。该条已略过。请调整其中消息的顺序或角色。`,
  'data-row-no-assistant': (p) =>
    `第 ${p.row} 条没有助手的回答，训练时没有可学的内容，已略过。请补上回答，或改为对全文训练。`,
  'data-row-masked': (p) =>
    `第 ${p.row} 条有 ${p.length} 个 token，按 max_length ${p.max_length} 截断后没有任何 token 参与训练，已略过。请增大 max_length 或缩短提问。`,
  'data-row-no-tokens': (p) => `第 ${p.row} 条不足两个 token，没有可预测的内容，已略过。请写长一些。`,
  'data-mapping-unknown': (p) =>
    `无法判断各列（${p.columns.join('、')}）中哪一列是提问、哪一列是回答，暂时没有可用的数据。请分别选择用户列和助手列。`,
  'data-tokenizer-broken': (p) =>
    `模型的 ${p.file} 无法读取（${p.detail}）。没有它就无法把文本转换成 token。请重新获取模型文件夹。`,
  'data-template-missing': () =>
    '该模型没有对话模板（既没有 chat_template.jinja，tokenizer_config.json 里也没有），无法把对话转换成文本。请改用该模型的指令（instruct）版本，或使用只含 text 列或 prompt 与 completion 文本的数据。',
  'data-template-broken': (p) =>
    `模型的对话模板无法使用（${p.detail}），因此不能把对话转换成文本。请重新获取模型文件夹，或改正 chat_template.jinja。`,
  'data-template-spans': (p) =>
    `无法判断第 ${p.row} 条渲染后的文本中哪些是助手写的，该条已略过。请改为对全文训练，或在 chat_template.jinja 中加上 {% generation %} 标记。`,
}

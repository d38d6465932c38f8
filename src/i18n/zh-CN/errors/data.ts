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
  'data-splits': (p) =>
    `${p.file} 含有多个部分：已读取“${p.read}”，${p.others.map((name) => `“${name}”`).join('、')}不参与训练。如需训练其他部分，请单独存成文件。`,
  'data-viewer-page': (p) =>
    `${p.file} 是数据集查看器的一页：数据集共 ${p.total} 条，这里只有 ${p.rows} 条，只会训练这些。如需全部，请下载数据集本身的文件。`,
  'data-viewer-cut': (p) =>
    `数据集查看器截短了 ${p.file} 中 ${p.rows} 条的长单元格，缺少的内容不会被学到。如需完整内容，请下载数据集本身的文件。`,
  'data-read-lines': (p) =>
    `${p.file} 是纯文本，每一行作为一条，按原样学习。如果若干行属于同一条，请写成 JSON：每条一个 {"text": "..."}。`,
  'data-table-literal': (p) =>
    `${p.file} 中有 ${p.rows} 行的单元格以引号开头，但引号并没有括住整个单元格。这些单元格按原样读取，保留引号。`,
  'data-no-rows': (p) =>
    p.rows === 0
      ? `${p.file} 里没有数据，无事可做。请换一个文件。`
      : `${p.file} 的 ${p.rows} 条都不能用，无事可做。请按提示修改，或换一个文件。`,
}

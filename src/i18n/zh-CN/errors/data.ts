import type { DataErrors, ForeignKind } from '../../../errors/data'
import { templateLimit } from './data-rows'
import type { ErrorTexts } from '../../../errors/texts'

const asTable = (kind: string, read: string) =>
  `${kind} 文件，这里无法读取。请先转成 JSONL，例如用 Python：${read}.to_json("data.jsonl", orient="records", lines=True, force_ascii=False)。`

/** 文件其实是什么，以及该怎么办。 */
const foreign: Record<ForeignKind, string> = {
  parquet: asTable(' Parquet', 'pandas.read_parquet("FILE")'),
  arrow: asTable(' Arrow', 'datasets.Dataset.from_file("FILE").to_pandas()'),
  avro: asTable(' Avro', 'pandas.DataFrame(fastavro.reader(open("FILE", "rb")))'),
  orc: asTable(' ORC', 'pandas.read_orc("FILE")'),
  hdf5: asTable(' HDF5', 'pandas.read_hdf("FILE")'),
  sqlite: ' SQLite 数据库。请把其中的表导出为 CSV 再选择。',
  numpy: ' numpy 数组，没有列名。请把文本存成 JSONL 再选择。',
  pickle:
    ' Python pickle，打开它可能会运行程序。如果信任其来源，请用 Python 转成 JSONL：pandas.read_pickle("FILE").to_json("data.jsonl", orient="records", lines=True)。',
  pytorch: ' PyTorch 文件，只有张量，没有文本。请选择 JSON、JSONL、CSV 或 TSV 文件。',
  safetensors: '模型权重，不是数据。请在“模型”中选择整个模型文件夹。',
  gguf: ' GGUF 模型，不是数据。请选择 JSON、JSONL、CSV 或 TSV 文件。',
  workbook: ' Excel 工作簿，这里无法读取。请在 Excel 中另存为“CSV UTF-8”，再选择那个文件。',
  document: ' Office 文档，不分行列。请把问题和回答整理成表格，另存为“CSV UTF-8”后再选择。',
  pdf: ' PDF，里面的文字不分行列。请把问题和回答整理成表格或 JSON 再选择。',
  picture: '图片，不含文字。请选择 JSON、JSONL、CSV 或 TSV 文件。',
  page: '网页，可能是保存时存成了展示文件的页面。请下载文件本身。',
  pointer: ' Git LFS 指针，所指的大文件没有一起下载，里面没有可读的内容。请获取文件本身（git lfs pull）。',
  zip: ' zip 压缩包，不能当作数据。请先解压，再选择里面的文件。',
  archive: '压缩包，不能当作数据。请先解压，再选择里面的文件。',
  packed: '用 zstd、xz、bzip2 或 LZ4 压缩的文件，这里无法解压。请先解压，或改用 gzip 压缩。',
  binary: '二进制文件，不是文本。请选择 JSON、JSONL、CSV 或 TSV 文件。',
}

export const dataErrors: ErrorTexts<DataErrors> = {
  'data-empty': (p) => `${p.file} 是空文件，没有可训练的内容。请换一个文件。`,
  'data-encoding': (p) =>
    `${p.file} 不是 ${p.encoding} 文本：第 ${p.line} 行（第 ${p.byte + 1} 字节）无法解码，因此没有载入任何内容。请把文件另存为 UTF-8（Excel 中选“CSV UTF-8”）后重新选择；如果其余内容正常，请改正那一行。`,
  'data-read-as': (p) =>
    `${p.file} 不是 UTF-8，已按 ${p.encoding} 读取，全文通顺：“${p.sample.replaceAll('\n', ' / ')}”。如有乱码，请把文件另存为 UTF-8 后重新选择。`,
  'data-encoding-unclear': (p) =>
    `${p.file} 不是 UTF-8，也无法确定是哪种编码。为避免学到乱码，没有载入任何内容。按各种编码读取分别是：\n${p.candidates.map(({ encoding, sample }) => `  ${encoding}：${sample.replaceAll('\n', ' / ')}\n`).join('')}请指明读得通的那一种（--encoding），或把文件另存为 UTF-8。`,
  'data-encoding-unknown': (p) =>
    `没有名为“${p.encoding}”的编码，未载入任何内容。请使用 utf-8、gb18030、big5、shift_jis、euc-jp、cp949、cp1251、cp1252 等名称，或把文件另存为 UTF-8。`,
  'data-gzip': (p) => `${p.file} 无法解压：gzip 数据损坏或不完整，因此没有载入任何内容。请重新下载或重新压缩该文件。`,
  'data-foreign': (p) => `${p.file} 没有打开：这是${foreign[p.kind]}`,
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
  'data-tokenizer-expression': (p) =>
    `模型的 ${p.file} 用来切分文本的正则表达式可能永远匹配不完：${p.pattern}。没有用它处理任何文本。请改用模型发布者的 tokenizer.json，或去掉表达式中嵌套的重复。`,
  'data-template-missing': () =>
    '该模型没有对话模板（既没有 chat_template.jinja，tokenizer_config.json 里也没有），无法把对话转换成文本。请改用该模型的指令（instruct）版本，或使用只含 text 列或 prompt 与 completion 文本的数据。',
  'data-template-bounds': (p) =>
    `模型的对话模板超过了${templateLimit(p)}，可能永远不会结束，已被中止，因此未加载。请从模型的原始仓库重新获取文件夹，或改正 chat_template.jinja。`,
  'data-template-broken': (p) =>
    `模型的对话模板无法使用（${p.detail}），因此不能把对话转换成文本。请重新获取模型文件夹，或改正 chat_template.jinja。`,
  'data-template-spans': (p) =>
    `无法判断第 ${p.row} 行渲染后的文本中哪些是助手写的，该行已略过。请改为对全文训练，或在 chat_template.jinja 中加上 {% generation %} 标记。`,
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

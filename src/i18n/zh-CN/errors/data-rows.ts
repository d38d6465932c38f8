import type { DataRowErrors } from '../../../errors/data-rows'
import type { TemplateBounds } from '../../../errors/data'
import type { ErrorTexts } from '../../../errors/texts'

const UNITS: Record<TemplateBounds['limit'], string> = {
  steps: '步',
  text: '个字符',
  values: '个值（单个列表）',
  time: '秒',
  range: '个数（range）',
}
/** 渲染的上限。 */
export const templateLimit = ({ limit, most }: TemplateBounds) => `${most} ${UNITS[limit]}的上限`

export const dataRowErrors: ErrorTexts<DataRowErrors> = {
  'data-row-cells': (p) =>
    `第 ${p.row} 行有 ${p.cells} 个单元格，而表头有 ${p.columns} 列，该行已略过。含有分隔符的单元格请用引号括起来。`,
  'data-row-json': (p) =>
    `第 ${p.row} 行不是合法的 JSON：${
      p.found === null
        ? '内容没有写完'
        : p.isOpen
          ? `从第 ${p.character} 个字符开始的文本（${p.found}…）没有结束`
          : `第 ${p.character} 个字符处的 ${p.found} 不该出现在这里`
    }。该行已略过。如需使用，请在文件中改正这一行。`,
  'data-row-not-object': (p) =>
    `第 ${p.row} 行既不是带字段名的对象，也不是文本，已略过。如需使用，请写成 {"字段": "文本"} 的形式。`,
  'data-row-deep': (p) => `第 ${p.row} 行的列表嵌套过深，无法读取，已略过。请把内容展平，或写成一段文本。`,
  'data-row-wall': (p) =>
    `第 ${p.row} 行有一段文本连续 ${p.length} 个字符以上，分词器找不到词的边界（最多 ${p.most} 个），已略过。请在文本中加入空格、标点或换行，或拆成多行。`,
  'data-row-whole': (p) =>
    `第 ${p.row} 行有一段 ${p.length} 个字符的文本。这个模型的分词器只能整段处理，最多 ${p.most} 个字符，已略过。请拆成多行。`,
  'data-row-unknown': (p) =>
    `第 ${p.row} 行的格式无法识别（现有字段：${p.columns.join('、') || '无'}），与文件中其他行不同，已略过。如需使用，请把字段名改成与其他行一致。`,
  'data-row-missing-field': (p) =>
    `第 ${p.row} 行没有“${p.field}”（现有字段：${p.columns.join('、') || '无'}），已略过。请修改文件或改用别的列。`,
  'data-row-field-kind': (p) =>
    `第 ${p.row} 行的“${p.field}”不是${p.wanted === 'text' ? '文本' : '列表'}，该行已略过。请在文件中改正这个字段。`,
  'data-row-field-text': (p) =>
    `第 ${p.row} 行的“${p.field}”是文本（${p.found}…），既不是 JSON 形式的消息列表，也不是 Python 打印出的列表，该行已略过。请用 json.dumps 写出这一列。`,
  'data-row-empty-field': (p) =>
    `第 ${p.row} 行的“${p.field}”${p.isNull ? '是空值（null）' : '为空'}，该行已略过。如需使用，请在文件中填上内容。`,
  'data-row-history': (p) =>
    `第 ${p.row} 行的“history”不是由 [问, 答] 组成的列表，该行已略过。请在文件中改正这个字段。`,
  'data-row-message': (p) =>
    `第 ${p.row} 行的第 ${p.message} 条消息既没有文本，也没有调用工具，该行已略过。请给每条消息写上 role 和 content。`,
  'data-row-media': (p) =>
    `第 ${p.row} 行的第 ${p.message} 条消息含有“${p.kind}”类型的内容。这里只训练文本，缺了它回答就失去意义，因此该行已略过。如需使用，请改用文字描述。`,
  'data-row-role': (p) =>
    `第 ${p.row} 行的第 ${p.message} 条消息的角色是“${p.role}”，对话模板无法识别，该行已略过。请使用 system、user、assistant 或 tool。`,
  'data-row-tool-call': (p) =>
    `第 ${p.row} 行的第 ${p.message} 条消息应为工具调用，但其中没有带名称和参数的调用，该行已略过。请在文件中改正这次调用。`,
  'data-row-tool-arguments': (p) =>
    `第 ${p.row} 行的第 ${p.message} 条消息调用“${p.name}”${p.id ? `（${p.id}）` : ''}时，参数不是 JSON：${p.given}。为避免学到错误的调用，该行已略过。请把参数写成 JSON。`,
  'data-row-tools': (p) =>
    `第 ${p.row} 行的“${p.field}”不是工具列表，也不是列表的 JSON 文本，该行已略过。请在文件中改正这个字段。`,
  'data-row-calls-unknown': (p) =>
    `第 ${p.row} 行包含工具调用，但该模型的对话模板不会输出工具调用，这部分会丢失，因此该行已略过。请选用支持工具的模型，例如 Qwen2.5 或 Qwen3。`,
  'data-row-template-bounds': (p) =>
    `渲染第 ${p.row} 行时，模型的对话模板超过了${templateLimit(p)}，该行已略过。请拆分这段对话，或改正 chat_template.jinja。`,
  'data-row-template': (p) =>
    `模型的对话模板不接受第 ${p.row} 行：${p.detail}。该行已略过。请调整其中消息的顺序或角色。`,
  'data-row-template-fails': (p) =>
    `模型的对话模板在第 ${p.row} 行上出错：${p.detail}。该行已略过。如果 transformers 能渲染它，说明模板用了这里不支持的写法，请在模型文件夹中放一个更简单的 chat_template.jinja；否则是这一行缺少模板需要的字段。`,
  'data-row-no-assistant': (p) =>
    `第 ${p.row} 行没有助手的回答，训练时没有可学的内容，已略过。请补上回答，或改为对全文训练。`,
  'data-row-masked': (p) =>
    `第 ${p.row} 行有 ${p.length} 个 token，按 max_length ${p.max_length} 截断后没有任何 token 参与训练，已略过。请增大 max_length 或缩短提问。`,
  'data-row-untrained': (p) =>
    `第 ${p.row} 行没有可训练的内容：既没有回答，也没有在 prompt 之后续写的内容，已略过。请补上回答，或改为对全文训练。`,
  'data-row-no-tokens': (p) => `第 ${p.row} 行不足两个 token，没有可预测的内容，已略过。请写长一些。`,
  'data-row-token-outside': (p) =>
    `第 ${p.row} 行含有词元 ${p.text}（${p.id}），而该模型只有 ${p.vocabSize} 个词元的权重，该行已略过。请使用与这些权重配套的分词器，或已扩展词表的模型。`,
}

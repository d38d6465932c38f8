import type { EvalErrors } from '../../../errors/eval'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

function onnxText(endpoint: string, reason: string): string {
  const known: Record<string, string> = {
    'no-file': `${endpoint} 上没有它的 onnx/model.onnx，也没有更小的版本`,
    'no-id': '没有填写 ID',
    closed: '它已被关闭',
    worker: '运行它的后台线程出错退出',
  }
  const [, status] = /^status (\d+)$/.exec(reason) ?? []
  return known[reason] ?? (status ? `${endpoint} 返回状态码 ${status}` : `运行库报告：“${reason}”`)
}

function judgeText(reason: string): string {
  const known: Record<string, string> = { 'no-text': '回答中没有文本', 'no-json': '回答不是 JSON' }
  const [, status] = /^status (\d+)$/.exec(reason) ?? []
  return known[reason] ?? (status ? `状态码 ${status}` : `“${reason}”`)
}

export const evalErrors: ErrorTexts<EvalErrors> = {
  'eval-nothing-judged': ({ file, rows }) =>
    `${file} 的 ${rows} 条都无法评判，因此没有分数。每条的问题见 verdicts.jsonl。请改正文件后重新评分。`,
  'eval-row-text': ({ row, field }) =>
    `第 ${row} 条的“${field}”里没有文本，该条不计入分数，其余照常评判。请把文本写进这个字段。`,
  'eval-row-rules': ({ row, field }) =>
    `第 ${row} 条的“${field}”不是应有的列表（instruction_id_list：规则名称；kwargs：每条规则的参数对象或 null）。该条不计入分数，其余照常评判。请改正这个字段。`,
  'eval-rule-unknown': ({ row, rule, suggestion }) =>
    `第 ${row} 条要求的规则“${rule}”不存在${suggestion ? `（是不是“${suggestion}”？）` : ''}，该条不计入分数，其余照常评判。全部规则见 docs/scores.md。`,
  'eval-rule-missing-parameter': ({ row, rule, parameter }) =>
    `第 ${row} 条的规则“${rule}”缺少参数“${parameter}”，无法评判。该条不计入分数，其余照常评判。请在该规则的 kwargs 中补上（0 和空值视为缺少）。`,
  'eval-rule-parameter': (p) =>
    `第 ${p.row} 条中“${p.rule}”的参数“${p.parameter}”是 ${JSON.stringify(p.value)}，应为${expectationText(p.expected)}。该条不计入分数，其余照常评判。请在该规则的 kwargs 中改正。`,
  'eval-rule-unknown-parameter': ({ row, rule, parameter, known }) =>
    `第 ${row} 条给规则“${rule}”的参数“${parameter}”无法识别（可用参数：${known.join('、') || '无'}）。该条不计入分数，其余照常评判。请删去或改名。`,
  'eval-suite-json': ({ file, detail }) =>
    `${file} 不是 JSON（${detail}），无法据此提问。测试集的写法见 docs/scores.md。`,
  'eval-suite-format': ({ file, found, wanted }) =>
    `${file} 不是测试集：“format”是“${found}”，应为“${wanted}”。不会据此提问。写法见 docs/scores.md。`,
  'eval-suite-score': ({ file, found, known, suggestion }) =>
    `${file} 要求的评分方式“${found}”不存在${suggestion ? `（是不是“${suggestion}”？）` : ''}，不会据此提问。“score”请用 ${known.join('、')} 之一。`,
  'eval-suite-field': ({ file, row, field }) =>
    `${row === null ? file : `${file} 的第 ${row} 项`}缺少字段“${field}”，或内容不合该评分方式的要求。${row === null ? '不会据此提问。' : '该项不计入分数。'}各评分方式的字段见 docs/scores.md。`,
  'eval-suite-id-twice': ({ file, id }) =>
    `${file} 中有两项的 id 都是“${id}”，回答会无法区分，因此不会据此提问。请给每一项各自的 id。`,
  'eval-suite-needs-data': ({ name }) =>
    `测试集“${name}”由你自己的数据组成，但没有给出数据，因此略过，其余照常评分。请给出一份留出的数据。`,
  'eval-suite-needs-documents': ({ name }) =>
    `测试集“${name}”要拿回答与你的文档对照，但没有文档，因此略过，其余照常评分。请给出写明事实的文本（.txt 或 .md）。`,
  'eval-document-empty': ({ file }) =>
    `${file} 里没有文字，无法与回答对照。文档一项略过，其余照常评分。请移除它，或补上内容。`,
  'eval-other-adapter': () => '模型上的适配器不是已评分的那一个，没有测量。请先给它评分，或重新加载原来的适配器。',
  'eval-document-kind': ({ file }) =>
    `${file} 不是文本，无法与回答对照。文档一项略过，其余照常评分。请把内容存成 .txt 或 .md。`,
  'eval-item-reference': ({ suite, row }) =>
    `${suite} 的第 ${row} 条没有可以对照的参考答案，不计入该项分数，其余照常。请加上“references”（文本列表）。`,
  'eval-item-schema': ({ suite, row, detail }) =>
    `${suite} 第 ${row} 项的 schema 不是合法的 JSON Schema（${detail}），该项略过，其余照常。请改正“schema”。`,
  'eval-stopped': ({ out }) => `已停止，尚未答完全部问题。已有的回答保存在 ${out}，再次运行同一命令即可继续。`,
  'eval-judge-refused': ({ url, reason }) =>
    `${url} 的评审拒绝回答（${judgeText(reason)}），这项分数略过，其余有效。请检查地址、模型名称和密钥。`,
  'eval-judge-unreachable': ({ url, reason, tries }) =>
    `${url} 的评审试了 ${tries} 次都没有给出可用的回答（最后一次：${judgeText(reason)}），这项分数略过，其余有效。已有的评审会保留，等它恢复后再试。`,
  'eval-sets-failed': ({ reason }) =>
    `训练途中无法用小题集评分（${reason}）。训练和留出集评估照常进行，数值不受影响。训练结束后可以再给适配器评分。`,
  'eval-onnx': ({ task, model, endpoint, reason }) =>
    task === 'chat'
      ? `ONNX 模型 ${model} 无法担任评审（${onnxText(endpoint, reason)}），这项分数略过，其余有效。请检查它的 ID，并确认它是带 onnx/model.onnx（或更小的版本）的对话模型。`
      : `ONNX 模型 ${model} 无法用来查找段落（${onnxText(endpoint, reason)}），因此不与文档对照，其他分数有效。请检查它的 ID，并确认它是带 onnx/model.onnx（或更小的版本）的向量模型（feature-extraction），或改为按字词查找。`,
  'eval-length-memory': ({ suite, length }) =>
    `${suite}：GPU 显存不够 ${length} 个 token 的上下文，因此略过这个长度和更长的；较短的和其他分数有效。请腾出显存（关闭其他标签页和程序），或只考较短的上下文。`,
  'eval-scores-format': ({ file, wanted }) =>
    `${file} 不是 scores.json（“format”不是“${wanted}”），取不出分数，因此没有写出任何文件。请给出“tune score”写的文件。`,
  'eval-scores-of-others': ({ file, known }) =>
    `${file} 里是 ${known.join('、') || '别的模型'} 的分数，不是这个适配器的，因此没有写出任何文件。请先给这个适配器评分，或用评分时的路径指明它。`,
  'eval-no-loss': ({ suite }) =>
    `${suite} 中没有可以计算损失的 token，这项分数略过，其余照常。请在“数据”中查看各条数据。`,
  'eval-no-questions': ({ file, rows }) =>
    `${file} 的 ${rows} 条都没有可以对照的回答，因此略过回答类分数，损失照常计算。请给出带问题和回答的数据。`,
  'eval-rule-pattern': (p) =>
    `第 ${p.row} 条中“${p.rule}”的参数“${p.parameter}”含有“${p.value}”，不是合法的正则表达式（${p.detail}）；这类参数按正则表达式解读。该条不计入分数，其余照常评判。请在 ( [ * + ? 等符号前加反斜杠。`,
}

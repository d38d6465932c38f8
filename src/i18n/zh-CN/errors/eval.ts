import type { EvalErrors } from '../../../errors/eval'
import type { ErrorTexts } from '../../../errors/texts'
import { expectationText } from './expectation'

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
  'eval-rule-pattern': (p) =>
    `第 ${p.row} 条中“${p.rule}”的参数“${p.parameter}”含有“${p.value}”，不是合法的正则表达式（${p.detail}）；这类参数按正则表达式解读。该条不计入分数，其余照常评判。请在 ( [ * + ? 等符号前加反斜杠。`,
}

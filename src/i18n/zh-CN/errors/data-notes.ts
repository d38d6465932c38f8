import type { DataNotes, Met } from '../../../errors/data-notes'
import type { ErrorTexts } from '../../../errors/texts'

/** “第 1、5、9 行等 100 行”。 */
function rowsNamed({ rows, first }: Met): string {
  return `第 ${first.join('、')} 行${rows > first.length ? `等 ${rows} 行` : ''}`
}

/** “全部 100 行”，“100 行中有 3 行”。 */
const ofAll = ({ rows, of }: { rows: number; of: number }) =>
  rows === of ? `全部 ${of} 行` : `${of} 行中有 ${rows} 行`

export const dataNotes: ErrorTexts<DataNotes> = {
  'data-columns-unused': (p) =>
    `以下各列未使用，不会被学到：${p.columns.join('、')}。如果其中有重要的列，请指明它的用途。`,
  'data-fields-unprinted': (p) => `模型的对话模板不会输出消息中的这些字段，因此不会被学到：${p.fields.join('、')}。`,
  'data-tools-unseen': (p) =>
    `模型的对话模板不会给出工具，${rowsNamed(p)}的工具模型看不到。如果工具很重要，请选用支持工具的模型，例如 Qwen2.5 或 Qwen3。`,
  'data-answers-empty': (p) =>
    `有 ${p.count} 个回答是空的（${rowsNamed(p)}），模型在那里会学着什么也不说。如果不是本意，请从文件中删去。`,
  'data-answers-objects': (p) =>
    `有 ${p.count} 个回答不是文本，而是对象或列表（${rowsNamed(p)}），按 Python 的 json.dumps 写成 JSON 来学习。`,
  'data-turns-untrained': (p) => `有 ${p.count} 轮被标记为不学习（${rowsNamed(p)}）：模型会读到，但不在上面训练。`,
  'data-flags-fraction': (p) => `有 ${p.count} 轮的权重既不是 0 也不是 1（${rowsNamed(p)}），按权重 1 训练。`,
  'data-flags-questions': (p) =>
    `有 ${p.count} 轮用户的话被标记为要学习（${rowsNamed(p)}），但只训练助手说的话。如需都学，请对全文训练。`,
  'data-rejected-halves': (p) => `偏好数据：训练选中的回答，${rowsNamed(p)}中被拒绝的回答不训练。`,
  'data-rows-rejected': (p) => `有 ${p.rows} 行的标签表示不想要（${rowsNamed(p)}），因此不训练。`,
  'data-rows-untrained': (p) => `有 ${p.rows} 行被标记为不学习（${rowsNamed(p)}），因此不训练。`,
  'data-systems-twice': (p) => `${rowsNamed(p)}中，消息旁边的系统提示与消息开头的不同，以消息里的为准。`,
  'data-texts-as-chats': (p) =>
    `${rowsNamed(p)}的 prompt 和 completion 旁边还有系统提示或工具，纯文本里没有它们的位置，因此这些行用模型的对话模板写成对话。`,
  'data-too-long': (p) =>
    `${ofAll(p)}超过 max_length ${p.max_length}，最长的有 ${p.longest} 个 token；${
      p.leftOut === 0
        ? '末尾被截去'
        : p.leftOut === p.rows
          ? '截断后没有可训练的内容，因此略过'
          : `末尾被截去，其中 ${p.leftOut} 行没有可训练的内容，已略过`
    }。${
      p.suggested !== null
        ? `${p.model === null ? '' : `该模型最多 ${p.model}。`}请使用 ${p.field} ${p.suggested}${p.suggested < p.longest ? '，并缩短最长的几行' : ''}。`
        : '模型不能更长，请缩短这些行。'
    }`,
}

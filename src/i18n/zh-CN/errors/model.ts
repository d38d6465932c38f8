import type { ModelErrors } from '../../../errors/model'
import type { ErrorTexts } from '../../../errors/texts'

export const modelErrors: ErrorTexts<ModelErrors> = {
  'model-not-finite': () =>
    '模型输出的不是有效数字，无法生成文字。可能是适配器训练时 learning_rate 过高，或权重已损坏。请移除适配器，或重新载入模型。',
  'model-no-adapter': () => '模型上没有适配器，无法训练或读取。请先创建或载入一个适配器。',
  'model-no-f16-cache': () =>
    '这个 GPU 不支持 16 位计算（缺少 shader-f16），回答时的缓存无法以 16 位保存，因此没有作答。请关闭“16 位缓存”（命令行用 --kv-dtype f32）：32 位只是多占一倍显存，回答不受影响。',
  'model-draw-vocabulary': (p) =>
    `这个模型的词表有 ${p.tokens} 个词元，而随机采样最多支持 ${p.limit} 个，因此没有作答。请把温度设为 0：贪心选词不受词表大小限制。`,
  'model-too-long': (p) =>
    `文本共有 ${p.tokens} 个词元，而该模型最多读取 ${p.limit} 个，因此没有运行。请缩短文本或对话。`,
  'model-token-outside': (p) =>
    `文本中含有词元 ${p.id}，而该模型只有 ${p.vocabSize} 个词元的权重，因此没有运行。分词器的词表比模型大：请使用与这些权重配套的分词器，或已扩展词表的模型。`,
  'model-optimizer-state': (p) =>
    `保存的优化器状态与本次训练不符：“${p.name}”应为 ${p.expected} 字节，实际为 ${p.found} 字节，因此没有继续训练。请沿用检查点原来的适配器设置和 optim，或以其中的适配器重新开始训练。`,
}

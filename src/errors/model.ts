import type { ErrorCatalog } from './catalog'

/** Errors of model: a message names cause, consequence and next action, in that order. */
export const modelErrors = {
  'model-not-finite': {
    en: () =>
      'The model answered with numbers that are not finite, so no text can be made of them. The adapter may have been trained at too high a learning_rate, or the weights may be damaged. Remove the adapter, or load the model again.',
    zh: () =>
      '模型输出的不是有效数字，无法生成文字。可能是适配器训练时 learning_rate 过高，或权重已损坏。请移除适配器，或重新载入模型。',
  },
  'model-no-adapter': {
    en: () => 'There is no adapter on the model, so there is nothing to train or to read. Attach one first.',
    zh: () => '模型上没有适配器，无法训练或读取。请先创建或载入一个适配器。',
  },
  'model-too-long': {
    en: (p: { tokens: number; limit: number }) =>
      `The text has ${p.tokens} tokens and this model reads at most ${p.limit}, so it was not run. Shorten the text or the conversation.`,
    zh: (p: { tokens: number; limit: number }) =>
      `文本共有 ${p.tokens} 个词元，而该模型最多读取 ${p.limit} 个，因此没有运行。请缩短文本或对话。`,
  },
  'model-token-outside': {
    en: (p: { id: number; vocabSize: number }) =>
      `The text holds token ${p.id}, but the model has weights for ${p.vocabSize} tokens only, so it was not run. Its tokenizer knows more than the model: use the tokenizer that belongs to these weights, or a model whose vocabulary was extended.`,
    zh: (p: { id: number; vocabSize: number }) =>
      `文本中含有词元 ${p.id}，而该模型只有 ${p.vocabSize} 个词元的权重，因此没有运行。分词器的词表比模型大：请使用与这些权重配套的分词器，或已扩展词表的模型。`,
  },
  'model-optimizer-state': {
    en: (p: { name: string; expected: number; found: number }) =>
      `The saved optimizer states do not fit this run: "${p.name}" should have ${p.expected} bytes and has ${p.found}, so training was not continued. Continue with the adapter settings and the optim that the checkpoint was made with, or start a new run from its adapter.`,
    zh: (p: { name: string; expected: number; found: number }) =>
      `保存的优化器状态与本次训练不符：“${p.name}”应为 ${p.expected} 字节，实际为 ${p.found} 字节，因此没有继续训练。请沿用检查点原来的适配器设置和 optim，或以其中的适配器重新开始训练。`,
  },
} satisfies ErrorCatalog

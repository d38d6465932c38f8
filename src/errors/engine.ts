import type { ErrorCatalog } from './catalog'

/** Errors of engine: a message names cause, consequence and next action, in that order. */
export const engineErrors = {
  'engine-worker-died': {
    en: ({ reason }: { reason: string }) =>
      `The engine's worker stopped (${reason}). What was running is lost; saved runs are kept. Reload the page and start again.`,
    zh: ({ reason }: { reason: string }) =>
      `引擎的后台线程已停止（${reason}）。正在进行的任务丢失，已保存的训练记录仍在。请刷新页面后重新开始。`,
  },
  'engine-no-model': {
    en: () => 'No model is loaded, so this cannot be done. Load a model first.',
    zh: () => '尚未载入模型，无法执行此操作。请先载入模型。',
  },
  'engine-no-data': {
    en: () => 'No data set is loaded, so there is nothing to work on. Choose a data file or a sample first.',
    zh: () => '尚未载入数据集，没有可处理的内容。请先选择数据文件或示例数据。',
  },
  'engine-no-adapter': {
    en: () => 'There is no adapter yet, so there is nothing to export or compare. Train one or load one first.',
    zh: () => '还没有适配器，没有可导出或比较的内容。请先训练或载入一个适配器。',
  },
  'engine-busy': {
    en: ({ task }: { task: string }) =>
      `The engine is still at work (${task}), so this was not started. Wait for it or stop it, then try again.`,
    zh: ({ task }: { task: string }) => `引擎正忙（${task}），此操作没有开始。请等待其完成或先停止，再重试。`,
  },
  'engine-prompt-empty': {
    en: () =>
      'The question is empty, and this model has no chat template that would begin an answer. Nothing was generated. Write the first words of a text; the model goes on from there.',
    zh: () => '问题为空，而该模型没有可以引出回答的对话模板，未生成任何内容。请写下一段文字的开头，模型会接着写。',
  },
  'engine-prompt-too-long': {
    en: ({ tokens, limit }: { tokens: number; limit: number }) =>
      `The conversation has ${tokens} tokens and the model reads at most ${limit}. No answer was generated. Shorten it or start a new one.`,
    zh: ({ tokens, limit }: { tokens: number; limit: number }) =>
      `对话长度为 ${tokens} 个 token，而模型最多读取 ${limit} 个，没有生成回答。请缩短内容或开始新的对话。`,
  },
  'engine-quantization-differs': {
    en: ({ field, loaded, wanted }: { field: string; loaded: string; wanted: string }) =>
      `The run asks for "${field}": ${wanted}, but the model was loaded with ${loaded}. The run was not started. Load the model again with this setting, or change it in the run.`,
    zh: ({ field, loaded, wanted }: { field: string; loaded: string; wanted: string }) =>
      `运行配置要求 “${field}” 为 ${wanted}，而模型载入时为 ${loaded}。训练没有开始。请按该设置重新载入模型，或修改运行配置。`,
  },
  'engine-no-hub': {
    en: ({ id }: { id: string }) =>
      `Models are read from folders only here, so "${id}" was not loaded. Download it first and choose its folder.`,
    zh: ({ id }: { id: string }) => `这里只能从文件夹读取模型，因此没有载入“${id}”。请先下载，再选择所在文件夹。`,
  },
} satisfies ErrorCatalog

import type { ErrorCatalog } from './catalog'

/** Errors of engine: a message names cause, consequence and next action, in that order. */
export const engineErrors = {
  'engine-worker-died': {
    en: ({ reason }: { reason: string }) =>
      `The engine's worker stopped (${reason}). What was running is lost; saved runs are kept. Reload the page and start again.`,
    zh: ({ reason }: { reason: string }) => `引擎的后台线程已停止（${reason}）。正在进行的任务丢失，已保存的训练记录仍在。请刷新页面后重新开始。`,
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
    en: ({ task }: { task: string }) => `The engine is still at work (${task}), so this was not started. Wait for it or stop it, then try again.`,
    zh: ({ task }: { task: string }) => `引擎正忙（${task}），此操作没有开始。请等待其完成或先停止，再重试。`,
  },
} satisfies ErrorCatalog

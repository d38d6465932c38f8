import type { EngineErrors } from '../../../errors/engine'
import type { ErrorTexts } from '../../../errors/texts'

export const engineErrors: ErrorTexts<EngineErrors> = {
  'engine-worker-died': ({ reason }) =>
    `引擎的工作线程已停止（“${reason}”），正在进行的工作随之结束。它已重新启动：请重新加载模型，并从上次保存的状态继续。`,
  'engine-worker-blocked': ({ seconds }) =>
    `引擎的工作线程 ${seconds} 秒没有响应，已将其结束并重新启动。已保存的训练不受影响。请重新加载模型；如果是某个模型或数据集让它停住，说明该文件会引起无休止的计算，请换一个。`,
  'engine-no-model': () => '尚未载入模型，无法执行此操作。请先载入模型。',
  'engine-no-data': () => '尚未载入数据集，没有可处理的内容。请先选择数据文件或示例数据。',
  'engine-no-row': ({ row }) =>
    `数据集中没有保留的第 ${row} 行，无法显示它的 token。没有任何改动。请从列表中选择一行。`,
  'engine-no-adapter': () => '还没有适配器，没有可导出或比较的内容。请先训练或载入一个适配器。',
  'engine-busy': ({ task }) => `引擎正忙（${task}），此操作没有开始。请等待其完成或先停止，再重试。`,
  'engine-prompt-empty': () =>
    '问题为空，而该模型没有可以引出回答的对话模板，未生成任何内容。请写下一段文字的开头，模型会接着写。',
  'engine-prompt-too-long': ({ tokens, limit }) =>
    `对话长度为 ${tokens} 个 token，而模型最多读取 ${limit} 个，没有生成回答。请缩短内容或开始新的对话。`,
  'engine-template-refused': ({ detail }) =>
    `模型的对话模板不接受这段对话（${detail}），没有生成回答。请按模板的要求改写，例如去掉系统消息。`,
  'engine-unanswered': ({ unanswered, asked }) =>
    `${asked} 条消息中有 ${unanswered} 条没有得到回答，原因已在上方逐行列出。其余消息的回答已输出。请改正这些行后重新提问。`,
  'engine-quantization-differs': ({ field, loaded, wanted }) =>
    `运行配置要求 “${field}” 为 ${wanted}，而模型载入时为 ${loaded}。训练没有开始。请按该设置重新载入模型，或修改运行配置。`,
  'engine-no-hub': ({ id }) => `这里只能从文件夹读取模型，因此没有载入“${id}”。请先下载，再选择所在文件夹。`,
}

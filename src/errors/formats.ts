import type { ErrorCatalog } from './catalog'

/** What a configuration field should have been. */
export type Expectation = 'whole' | 'positive' | 'even' | 'token-ids' | 'divides-heads'

const EXPECTED: Record<Expectation, { en: string; zh: string }> = {
  whole: { en: 'a positive whole number', zh: '正整数' },
  positive: { en: 'a positive number', zh: '正数' },
  even: { en: 'an even number', zh: '偶数' },
  'token-ids': { en: 'a token id or a list of them', zh: '词元编号或其列表' },
  'divides-heads': { en: 'a divisor of "num_attention_heads"', zh: '能整除 “num_attention_heads” 的数' },
}

/** Errors of formats: a message names cause, consequence and next action, in that order. */
export const formatsErrors = {
  'json-invalid': {
    en: (p: { file: string; reason: string }) =>
      `${p.file} is not valid JSON (${p.reason}), so it cannot be read. Download or export the file again.`,
    zh: (p: { file: string; reason: string }) =>
      `${p.file} 不是有效的 JSON（${p.reason}），无法读取。请重新下载或重新导出该文件。`,
  },
  'config-field': {
    en: (p: { file: string; field: string; value: string; expected: Expectation }) =>
      `${p.file}: "${p.field}" is ${p.value || 'missing'} where ${EXPECTED[p.expected].en} is needed, so the model's shape is unknown. ` +
      `Take ${p.file} from the model's original repository.`,
    zh: (p: { file: string; field: string; value: string; expected: Expectation }) =>
      `${p.file} 中的 “${p.field}” ${p.value ? `为 ${p.value}` : '缺失'}，应为${EXPECTED[p.expected].zh}，因此无法确定模型结构。` +
      `请从模型的原始仓库重新获取 ${p.file}。`,
  },
  'model-architecture': {
    en: (p: { architecture: string; works: string }) =>
      `This model's architecture is ${p.architecture}, which the engine cannot compute. Nothing was loaded. Choose a model of one of these: ${p.works}.`,
    zh: (p: { architecture: string; works: string }) =>
      `该模型的架构是 ${p.architecture}，引擎无法计算，未加载任何内容。请改用以下架构的模型：${p.works}。`,
  },
  'model-option': {
    en: (p: { field: string; value: string; works: string }) =>
      `config.json sets "${p.field}" to ${p.value}, which the engine does not compute: its results would be wrong. Nothing was loaded. Choose a model with "${p.field}" ${p.works}.`,
    zh: (p: { field: string; value: string; works: string }) =>
      `config.json 将 “${p.field}” 设为 ${p.value}，引擎不支持，算出的结果会是错的，因此未加载。请选择 “${p.field}” 为 ${p.works} 的模型。`,
  },
  'model-rope-scaling': {
    en: (p: { type: string }) =>
      `config.json asks for the RoPE scaling "${p.type}", which the engine does not compute: positions would be wrong. Nothing was loaded. Choose a model with the default, linear or llama3 RoPE.`,
    zh: (p: { type: string }) =>
      `config.json 要求 “${p.type}” 类型的 RoPE 缩放，引擎不支持，位置编码会出错，因此未加载。请选择使用 default、linear 或 llama3 RoPE 的模型。`,
  },
  'model-sliding-window': {
    en: (p: { window: number; context: number }) =>
      `This model attends through a sliding window of ${p.window} tokens, shorter than its context of ${p.context}; the engine attends to everything, so results would differ. Nothing was loaded. Choose a model without a sliding window.`,
    zh: (p: { window: number; context: number }) =>
      `该模型使用 ${p.window} 个词元的滑动窗口注意力，短于其 ${p.context} 的上下文；引擎只支持全注意力，结果会不一致，因此未加载。请选择不使用滑动窗口的模型。`,
  },
  'model-quantization': {
    en: (p: { method: string }) =>
      `This checkpoint is quantised with ${p.method}, which cannot be read here. Nothing was loaded. Choose the model's 16-bit checkpoint or a bitsandbytes NF4 one ("-bnb-4bit").`,
    zh: (p: { method: string }) =>
      `该检查点采用 ${p.method} 量化，此处无法读取，因此未加载。请选择该模型的 16 位版本，或 bitsandbytes NF4 版本（名称带 “-bnb-4bit”）。`,
  },
} satisfies ErrorCatalog

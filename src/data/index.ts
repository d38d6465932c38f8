export { type BatchPlan, type BatchSettings, planBatches, type Window } from './batches'
export type { ChatTemplate } from './chat-template'
export { collate, type Line } from './collate'
export { type Dataset, type DatasetOptions, type DatasetProgress, loadDataset } from './dataset'
export { type ColumnMapping, type DataFormat, assignColumn, detectMapping } from './mapping'
export { readRows } from './read-rows'
export type { RowValue, SourceRow } from './source-row'
export type { DataFacts } from './summary'
export type { LossOptions } from './tokenize-row'
export {
  type ChatTokenizer,
  loadTokenizer,
  type StreamDecoder,
  type TokenInfo,
  type TokenizerFiles,
} from './tokenizer'
export { IGNORE, type Message, type MicroBatch, type TokenizedRow } from './types'

import type { ChatTokenizer, Dataset } from '../../data/index'
import { loadDataset, loadTokenizer } from '../../data/index'
import type { ByteSource } from '../../contracts/bytes'
import type { OpenedModel } from '../../model/opening/open-model'
import type { ModelConfig } from '../../contracts/model'
import type { ProgressListener } from '../../contracts/progress'
import type { DataOptions } from '../../contracts/data'

/** The tokenizer and template of a model whose folder was opened. */
export function tokenizerOf(opened: OpenedModel): Promise<ChatTokenizer> {
  return loadTokenizer({
    tokenizerJson: opened.files['tokenizer.json'],
    tokenizerConfig: opened.files['tokenizer_config.json'] ?? null,
    chatTemplate: opened.chatTemplate,
    toolTemplate: opened.toolTemplate,
    generationConfig: opened.files['generation_config.json'] ?? null,
    tokenizerClass: opened.config.tokenizerClass,
  })
}

/** Read and tokenise a data file under the run's options. */
export function openData(
  source: ByteSource,
  tokenizer: ChatTokenizer,
  model: ModelConfig,
  options: DataOptions,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<Dataset> {
  return loadDataset(source, tokenizer, {
    ...options,
    model,
    signal,
    onProgress: ({ rowsRead, bytesRead, bytesTotal, rowsPerSecond }) => {
      const share = bytesTotal > 0 ? bytesRead / bytesTotal : 0
      const etaSeconds = share > 0 && rowsPerSecond > 0 ? (rowsRead / share - rowsRead) / rowsPerSecond : undefined
      on?.({
        phase: 'tokenize',
        item: source.name,
        done: rowsRead,
        total: 0,
        unit: 'rows',
        perSecond: rowsPerSecond,
        etaSeconds,
      })
    },
  })
}

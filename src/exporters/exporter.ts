import type { ByteSource, WritableFolder } from '../contracts/bytes'
import type { ClientAsset, ExportedFile, ExportSettings } from '../contracts/exports'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import type { ProgressListener } from '../contracts/progress'
import type { ChatTokenizer } from '../data/index'
import type { LanguageModel } from '../model/language-model'
import type { OpenedModel } from '../model/opening/open-model'
import type { RunFacts } from '../run-file/run-facts'

/** What every exporter works from. */
export interface ExportSource {
  opened: OpenedModel
  tokenizer: ChatTokenizer
  /** Hub id or folder name of the model, or "builtin". */
  baseModel: string
  /** null: the model as it is. */
  adapter: { lora: LoraConfig; pairs: LoraPair[] } | null
  /** Rows of what NF4 stands for; absent: the source's own weights. */
  dequantizedRows?: LanguageModel['dequantizedRows']
  /** Logits of base and adapter as training saw them; absent: worked out on the processor. */
  seenLogits?: (ids: Int32Array) => Promise<Float32Array>
  /** Files of a client that goes along. */
  asset: (name: ClientAsset) => Promise<ByteSource>
  /** What is known of the run that made the adapter. */
  facts?: RunFacts
}

/**
 * One format in which a model or its adapter is taken along. A new one is a file in kinds/, its line in index.ts and
 * its words in both languages: the page's door, the command line and the check before it follow from these members.
 */
export interface Exporter {
  /** As the command line and the page call it. */
  kind: string
  /** Of an adapter alone, or of the model with the adapter worked in where there is one. */
  takes: 'adapter' | 'model'
  /** A folder that transformers loads as a model: its weights and config.json have the names that any model's have. */
  isModelFolder?: true
  /** The ending by which a path names this format's single file instead of a folder. */
  fileEnding?: string
  /** Throws what this format cannot hold of this model, from its configuration and tokenizer alone. */
  check(source: Pick<ExportSource, 'opened' | 'tokenizer'>): void
  /** Bytes of the weights that will be written; null where they are the adapter's. */
  bytes(opened: OpenedModel): number | null
  /** Streams the files: of the weights never more than a few windows of rows are held. */
  write(
    source: ExportSource,
    settings: ExportSettings,
    out: WritableFolder,
    on?: ProgressListener,
    signal?: AbortSignal,
  ): Promise<ExportedFile[]>
}

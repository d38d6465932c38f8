import type { ByteSource, WritableFolder } from '../../contracts/bytes'
import type { ClientAsset } from '../../contracts/exports'
import type { ProgressListener } from '../../contracts/progress'
import { runExport } from '../../exporters/index'
import type { LanguageModel } from '../../model/language-model'
import type { ExportOptions } from '../api/types'
import type { Loaded } from './engine-model'

interface ExportParts {
  out: WritableFolder
  facts: ExportOptions['facts']
  settings: Omit<ExportOptions, 'facts'>
  asset(name: ClientAsset): Promise<ByteSource>
}

/** Writes a format of the model that is loaded and of the adapter that is on it. */
export async function writeExport(
  kind: string,
  { model, opened, tokenizer, card }: Loaded,
  { out, facts, settings, asset }: ExportParts,
  on?: ProgressListener,
  signal?: AbortSignal,
) {
  const { lora } = model
  const source = {
    opened,
    tokenizer,
    baseModel: card.id,
    adapter: lora && !settings.withoutAdapter ? { lora, pairs: await model.readLora() } : null,
    dequantizedRows:
      settings.base === 'dequantized'
        ? (...row: Parameters<LanguageModel['dequantizedRows']>) => model.dequantizedRows(...row)
        : undefined,
    seenLogits: (ids: Int32Array) => model.logits(ids, !settings.withoutAdapter),
    asset,
    facts,
  }
  return runExport(kind, source, settings, out, on, signal)
}

import { PROJECTIONS } from '../../contracts/model'
import type { ProgressListener } from '../../contracts/progress'
import type { RowReader } from '../../contracts/weights'
import { loraScale } from '../../formats/lora-scale'
import { plainLogits } from '../../model/passes/plain-forward'
import { mlxModel, transformersModel, vllmModel } from '../cards/clients'
import { modelReadme } from '../cards/model-readme'
import type { Exporter, ExportSource } from '../exporter'
import { compareLogits, measuredIds, seenRows } from '../merging/drift'
import type { MergeDrift } from '../merging/drift'
import { mergedModel, mergedModelBytes, writeMerged } from '../merging/merge'
import { runNames } from '../names'

/**
 * The merged model as a Hugging Face folder, shard by shard, its drift measured first and told in its README. Onto the
 * source's own weights no GPU is needed.
 */
export const safetensors: Exporter = {
  kind: 'safetensors',
  takes: 'model',
  isModelFolder: true,
  check: () => {},
  bytes: mergedModelBytes,
  async write(source, settings, out, on, signal) {
    const { opened, tokenizer } = source
    const drift = source.adapter && (await measure(source, on, signal))
    const run = [transformersModel(), vllmModel(runNames(source, settings)), mlxModel()]
    const extraFiles = {
      'README.md': modelReadme(source, { library: 'transformers', drift, run, words: settings.words }),
    }
    return writeMerged(opened, { ...mergeParts(source), stopIds: tokenizer.stopIds, extraFiles }, out, on, signal)
  },
}

/** What is merged onto what. */
export function mergeParts({ adapter, dequantizedRows }: ExportSource) {
  return { pairs: adapter?.pairs ?? [], scale: adapter ? loraScale(adapter.lora) : 1, dequantizedRows }
}

/** A figure for the README is no reason to write no model. */
async function measure(
  source: ExportSource,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<MergeDrift | { failed: string }> {
  const { opened, tokenizer, seenLogits } = source
  const parts = mergeParts(source)
  const total = (opened.config.layers * PROJECTIONS.length + 1) * (seenLogits ? 1 : 2)
  let done = 0
  const passed = (item: string) => {
    signal?.throwIfAborted()
    on?.({ phase: 'evaluate', item, done: ++done, total, unit: 'tensors' })
  }
  try {
    const ids = measuredIds(tokenizer)
    const plain = (rows: RowReader) => plainLogits(opened.config, rows, ids, passed)
    const seen = seenLogits ? await seenLogits(ids) : await plain(seenRows(opened, parts.pairs, parts.scale))
    const merged = await plain(mergedModel(opened, parts).rows)
    return compareLogits(merged, seen, ids.length)
  } catch (error) {
    signal?.throwIfAborted()
    return { failed: error instanceof Error ? error.message : String(error) }
  }
}

import type { ChatTokenizer } from '../data/index'
import { fail } from '../errors/index'
import { adapterReadme } from './adapter-readme'
import type { ByteSink, WritableFolder } from '../contracts/bytes'
import { mergedRows, writeMerged } from './merge'
import type { OpenedModel } from '../model/opening/open-model'
import { templateFile } from '../model/opening/open-model'
import { MANIFEST, withManifest } from '../formats/manifest'
import { writePeft } from '../formats/peft'
import type { LanguageModel } from '../model/language-model'
import { plainLogits } from '../model/passes/plain-forward'
import { PROJECTIONS } from '../contracts/model'
import { compareLogits, measuredIds, seenRows } from './merge-drift'
import type { MergeDrift } from './merge-drift'
import { mergedReadme } from './merged-readme'
import type { ProgressListener } from '../contracts/progress'
import type { RowReader } from '../contracts/weights'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import { loraScale } from '../formats/lora-scale'
import { linearPath } from '../architecture/names'
import type { ExportedFile } from '../contracts/exports'
import type { RunFacts } from '../run-file/run-facts'
import { RUN_FILE } from '../contracts/file-names'

/**
 * The PEFT folder: adapter, tokenizer and template as the run used them, a README with the run's facts, and the
 * manifest by which the folder is known to be whole.
 */
export async function exportAdapter(
  model: LanguageModel,
  opened: OpenedModel,
  baseModel: string,
  out: WritableFolder,
  facts?: RunFacts,
): Promise<ExportedFile[]> {
  const { lora } = model
  if (!lora) throw fail('engine-no-adapter', {})
  const pairs = await model.readLora()
  const { value: written, manifest } = await withManifest(out, {}, async (folder) => {
    const files = await writePeft(folder, { lora, pairs, baseModel }, linearPath)
    for (const [path, text] of Object.entries(tokenizerFiles(opened))) files.push(await writeText(folder, path, text))
    // The whole run file, so that the run can be done again, here or with the command line.
    if (facts?.run) files.push(await writeText(folder, RUN_FILE, `${JSON.stringify(facts.run, null, 2)}\n`))
    const parameters = pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)
    const readme = adapterReadme({ baseModel, license: opened.license, lora, parameters, run: facts })
    files.push(await writeText(folder, 'README.md', readme))
    return files
  })
  return [...written, { path: MANIFEST, bytes: manifest.length }]
}

export interface MergeSource {
  opened: OpenedModel
  tokenizer: Pick<ChatTokenizer, 'encode' | 'stopIds'>
  adapter: { lora: LoraConfig; pairs: LoraPair[] }
  /** Rows of what NF4 stands for; absent: the source's own weights. */
  dequantizedRows?: LanguageModel['dequantizedRows']
  /** Logits of base and adapter as training saw them; absent: worked out here, on an NF4 base. */
  seenLogits?: (ids: Int32Array) => Promise<Float32Array>
}

/**
 * The merged model as a Hugging Face folder, shard by shard, its drift measured first and told in its README. Onto the
 * source's own weights no GPU is needed.
 */
export async function exportMerged(
  { opened, tokenizer, adapter, dequantizedRows, seenLogits }: MergeSource,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<ExportedFile[]> {
  const { lora, pairs } = adapter
  const parts = { pairs, scale: loraScale(lora), dequantizedRows }
  const total = (opened.config.layers * PROJECTIONS.length + 1) * (seenLogits ? 1 : 2)
  let done = 0
  const passed = (item: string) => {
    signal?.throwIfAborted()
    on?.({ phase: 'evaluate', item, done: ++done, total, unit: 'tensors' })
  }
  const measure = async (): Promise<MergeDrift> => {
    const ids = measuredIds(tokenizer)
    const plain = (rows: RowReader) => plainLogits(opened.config, rows, ids, passed)
    const seen = seenLogits ? await seenLogits(ids) : await plain(seenRows(opened, pairs, parts.scale))
    const merged = await plain(mergedRows(opened, parts))
    return compareLogits(merged, seen, ids.length)
  }
  // A figure for the README is no reason to write no model.
  const drift = await measure().catch((error: unknown) => {
    signal?.throwIfAborted()
    return { failed: error instanceof Error ? error.message : String(error) }
  })
  const extraFiles = { 'README.md': mergedReadme(opened, lora, dequantizedRows !== undefined, drift) }
  return writeMerged(opened, { ...parts, stopIds: tokenizer.stopIds, extraFiles }, out, on, signal)
}

function tokenizerFiles(opened: OpenedModel): Record<string, string> {
  const { 'generation_config.json': _generation, 'chat_template.json': _template, ...files } = opened.files
  return { ...files, ...templateFile(opened) }
}

async function writeText(out: WritableFolder, path: string, text: string): Promise<ExportedFile> {
  const bytes = new TextEncoder().encode(text)
  const sink: ByteSink = await out.create(path)
  await sink.write(bytes)
  await sink.close()
  return { path, bytes: bytes.length }
}

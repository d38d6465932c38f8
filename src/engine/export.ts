import { fail } from '../errors'
import { adapterReadme } from '../formats/adapter-readme'
import type { ByteSink, WritableFolder } from '../formats/bytes'
import { writeMerged } from '../formats/merge'
import type { OpenedModel } from '../formats/model-folder'
import { writePeft } from '../formats/peft'
import type { LanguageModel } from '../model/language-model'
import type { LoraConfig, LoraPair } from '../model/types'
import { loraScale } from '../model/types'
import { mergedReadme } from './merged-readme'
import type { ExportedFile, ProgressListener, RunFacts } from './types'

/** The PEFT folder: adapter, tokenizer and template as the run used them, and a README with the run's facts. */
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
  const written = await writePeft(out, { lora, pairs, baseModel })
  for (const [path, text] of Object.entries(tokenizerFiles(opened))) written.push(await writeText(out, path, text))
  const parameters = pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)
  const readme = adapterReadme({ baseModel, license: opened.license, lora, parameters, run: facts })
  written.push(await writeText(out, 'README.md', readme))
  return written
}

export interface MergeSource {
  opened: OpenedModel
  /** Ids that end an answer under the template that was trained. */
  stopIds: number[]
  adapter: { lora: LoraConfig; pairs: LoraPair[] }
  /** Rows of what NF4 stands for; absent: the source's own weights. */
  dequantizedRows?: LanguageModel['dequantizedRows']
}

/** The merged model as a Hugging Face folder, shard by shard. Onto the source's own weights no GPU is needed. */
export function exportMerged(
  { opened, stopIds, adapter, dequantizedRows }: MergeSource,
  out: WritableFolder,
  on?: ProgressListener,
  signal?: AbortSignal,
): Promise<ExportedFile[]> {
  const { lora, pairs } = adapter
  const extraFiles = { 'README.md': mergedReadme(opened, lora, dequantizedRows !== undefined) }
  return writeMerged(opened, { pairs, scale: loraScale(lora), dequantizedRows, stopIds, extraFiles }, out, on, signal)
}

/** The template always as a file of its own, wherever the source kept it. */
function tokenizerFiles(opened: OpenedModel): Record<string, string> {
  const { 'generation_config.json': _generation, 'chat_template.json': _template, ...files } = opened.files
  return { ...files, 'chat_template.jinja': opened.chatTemplate }
}

async function writeText(out: WritableFolder, path: string, text: string): Promise<ExportedFile> {
  const bytes = new TextEncoder().encode(text)
  const sink: ByteSink = await out.create(path)
  await sink.write(bytes)
  await sink.close()
  return { path, bytes: bytes.length }
}

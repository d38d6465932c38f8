import type { FileFolder } from '../../contracts/bytes'
import { readMixed } from '../../formats/mix-lora'
import { readPeft } from '../../formats/read-peft'
import type { LanguageModel } from '../../model/language-model'
import type { LoraConfig, LoraPair } from '../../contracts/lora'
import { linearModules, linearShape } from '../../architecture/names'
import type { AdapterCard, WeightedFolder } from '../../contracts/lora'

/** Read a PEFT folder and put it onto the model, replacing the adapter that was there. */
export async function attachAdapter(model: LanguageModel, folder: FileFolder): Promise<AdapterCard> {
  const { lora, pairs, baseModel } = await readPeft(folder, linearModules(model.config))
  await model.attachLora(lora, { kind: 'pairs', pairs })
  return { lora, parameters: parametersOf(pairs), baseModel }
}

/** Read PEFT folders and put their weighted sum onto the model; the base is the first one's. */
export async function attachMixed(model: LanguageModel, parts: readonly WeightedFolder[]): Promise<AdapterCard> {
  const { lora, pairs, baseModel } = await readMixed(parts, linearModules(model.config))
  await model.attachLora(lora, { kind: 'pairs', pairs })
  return { lora, parameters: parametersOf(pairs), baseModel }
}

/** What is attached now; null where nothing is. */
export function adapterCard(model: LanguageModel, baseModel: string): AdapterCard | null {
  if (!model.lora) return null
  return { lora: model.lora, parameters: loraParameters(model, model.lora), baseModel }
}

const parametersOf = (pairs: LoraPair[]) => pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)

/** A and B of every adapted linear: r * (out + in). */
function loraParameters({ config }: LanguageModel, lora: LoraConfig): number {
  const widths = lora.target_modules
    .map((projection) => linearShape(config, projection))
    .map(([out, input]) => out + input)
  return config.layers * lora.r * widths.reduce((sum, width) => sum + width, 0)
}

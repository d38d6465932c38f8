import type { FileFolder } from '../formats/bytes'
import { readPeft } from '../formats/peft'
import type { LanguageModel } from '../model/language-model'
import type { LoraConfig, LoraPair, Projection } from '../model/types'
import type { AdapterCard } from './types'

/** Read a PEFT folder and put it onto the model, replacing the adapter that was there. */
export async function attachAdapter(model: LanguageModel, folder: FileFolder): Promise<AdapterCard> {
  const { lora, pairs, baseModel } = await readPeft(folder, model.config)
  await model.attachLora(lora, { kind: 'pairs', pairs })
  return { lora, parameters: parametersOf(pairs), baseModel }
}

/** What is attached now; null where nothing is. */
export function adapterCard(model: LanguageModel, baseModel: string): AdapterCard | null {
  if (!model.lora) return null
  return { lora: model.lora, parameters: loraParameters(model, model.lora), baseModel }
}

const parametersOf = (pairs: LoraPair[]) => pairs.reduce((sum, { A, B }) => sum + A.length + B.length, 0)

function loraParameters({ config }: LanguageModel, lora: LoraConfig): number {
  const { hiddenSize: C, intermediateSize: F, heads, kvHeads, headDim: D, layers } = config
  const query = heads * D
  const keys = kvHeads * D
  const widths: Record<Projection, number> = {
    q_proj: C + query,
    k_proj: C + keys,
    v_proj: C + keys,
    o_proj: query + C,
    gate_proj: C + F,
    up_proj: C + F,
    down_proj: F + C,
  }
  return layers * lora.r * lora.target_modules.reduce((sum, name) => sum + widths[name], 0)
}

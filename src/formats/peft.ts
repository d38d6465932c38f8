import type { LoraConfig, LoraPair } from '../contracts/lora'
import type { Projection } from '../contracts/model'
import type { WritableFolder } from '../contracts/bytes'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'
import { PEFT_PREFIX } from './adapter-names'
import { fromFloat32 } from './floats'
import { intoFile, writeText } from './into-file'
import { pythonJson } from './python-json'
import { SafetensorsWriter, tensorBytes } from './safetensors'

export interface PeftAdapter {
  lora: LoraConfig
  /** One for every layer and target module, layer by layer. */
  pairs: LoraPair[]
  baseModel: string | null
}

/**
 * Write `adapter_config.json` and `adapter_model.safetensors` as PEFT does. The configuration holds only keys that PEFT
 * 0.10 knows, since it raises TypeError on any other; PEFT 0.21 fills in the rest. Returns the bytes of each file.
 * @param pathOf the base model's name of a linear, without ".weight"
 */
export async function writePeft(
  out: WritableFolder,
  adapter: PeftAdapter,
  pathOf: (layer: number, projection: Projection) => string,
): Promise<{ path: string; bytes: number }[]> {
  const tensors = adapter.pairs.flatMap((pair) => {
    const path = `${PEFT_PREFIX}${pathOf(pair.layer, pair.projection)}`
    return [
      { name: `${path}.lora_A.weight`, dtype: 'F32' as const, shape: [pair.r, pair.inFeatures], values: pair.A },
      { name: `${path}.lora_B.weight`, dtype: 'F32' as const, shape: [pair.outFeatures, pair.r], values: pair.B },
    ]
  })
  for (const tensor of tensors) {
    if (tensor.values.byteLength !== tensorBytes(tensor))
      throw new RangeError(`${tensor.name}: ${tensor.values.length} values`)
  }
  const weights = await intoFile(out, ADAPTER_WEIGHTS, async (sink) => {
    const writer = await SafetensorsWriter.create(sink, tensors)
    for (const { values } of tensors) await writer.write(fromFloat32(values, 'F32'))
    await writer.close()
    return { path: ADAPTER_WEIGHTS, bytes: writer.written }
  })
  return [weights, await writeText(out, ADAPTER_CONFIG, pythonJson(peftConfig(adapter)))]
}

/** The object of adapter_config.json, keys sorted as PEFT sorts them. */
export function peftConfig({ lora, baseModel }: Pick<PeftAdapter, 'lora' | 'baseModel'>): Record<string, unknown> {
  return {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.lora_alpha,
    lora_dropout: lora.lora_dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.r,
    rank_pattern: {},
    revision: null,
    target_modules: [...lora.target_modules],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: lora.use_rslora,
  }
}

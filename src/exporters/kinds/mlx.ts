import { ADAPTER_CONFIG } from '../../contracts/file-names'
import { linearPath, modulePath } from '../../architecture/names'
import { fromFloat32 } from '../../formats/floats'
import { intoFile, writeTexts } from '../../formats/into-file'
import { loraScale } from '../../formats/lora-scale'
import { peftConfig } from '../../formats/peft'
import { pythonJson } from '../../formats/python-json'
import { SafetensorsWriter } from '../../formats/safetensors'
import type { TensorHeader } from '../../formats/safetensors'
import { adapterFacts, adapterReadme } from '../cards/adapter-readme'
import { mlxAdapter } from '../cards/clients'
import type { Exporter, ExportSource } from '../exporter'
import { adapterTexts } from '../model-texts'
import { runNames } from '../names'

const WEIGHTS = 'adapters.safetensors'

/** The adapter as mlx-lm reads it: A and B transposed, under the model's own names. */
export const mlx: Exporter = {
  kind: 'mlx',
  takes: 'adapter',
  check: () => {},
  bytes: () => null,
  async write(source, settings, out) {
    const adapter = source.adapter!
    const tensors = adapter.pairs.flatMap(({ layer, projection, r, inFeatures, outFeatures, A, B }) => {
      const path = linearPath(layer, projection)
      const header = (name: string, shape: number[]): TensorHeader => ({ name: `${path}.${name}`, dtype: 'F32', shape })
      return [
        { ...header('lora_a', [inFeatures, r]), values: transposed(A, r, inFeatures) },
        { ...header('lora_b', [r, outFeatures]), values: transposed(B, outFeatures, r) },
      ]
    })
    const written = await intoFile(out, WEIGHTS, async (sink) => {
      const writer = await SafetensorsWriter.create(sink, tensors)
      for (const { values } of tensors) await writer.write(fromFloat32(values, 'F32'))
      await writer.close()
      return { path: WEIGHTS, bytes: writer.written }
    })
    const clients = [mlxAdapter(runNames(source, settings))]
    const texts = {
      [ADAPTER_CONFIG]: pythonJson(mlxConfig(source)),
      ...adapterTexts(source),
      'README.md': adapterReadme(adapterFacts(source), 'mlx', clients, settings.words),
    }
    return [written, ...(await writeTexts(out, texts))]
  },
}

/** mlx-lm's keys beside PEFT's, whose readers tell by them what kind of adapter it is. */
function mlxConfig({ opened, baseModel, adapter }: ExportSource): Record<string, unknown> {
  const { lora } = adapter!
  return {
    ...peftConfig({ lora, baseModel }),
    fine_tune_type: 'lora',
    model: baseModel,
    // Counted from the last; every layer has its pair.
    num_layers: opened.config.layers,
    lora_parameters: {
      rank: lora.r,
      // Multiplies B A as it is: alpha / r, or alpha / sqrt(r) with rsLoRA.
      scale: loraScale(lora),
      dropout: lora.lora_dropout,
      keys: lora.target_modules.map(modulePath),
    },
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]
  }
  return out
}

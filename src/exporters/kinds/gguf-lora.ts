import { linearPath } from '../../architecture/names'
import { f32, string } from '../../formats/gguf/header'
import type { GgufMetadata, GgufTensor } from '../../formats/gguf/header'
import { quantizeRows } from '../../formats/gguf/quantize'
import { GgufWriter } from '../../formats/gguf/writer'
import { intoFile, writeTexts } from '../../formats/into-file'
import { loraScale } from '../../formats/lora-scale'
import { adapterFacts, adapterReadme } from '../cards/adapter-readme'
import { llamaCppAdapter, ollama } from '../cards/clients'
import type { Exporter } from '../exporter'
import { ggufFamily } from '../gguf/family'
import { interleavedRows, isTurned } from '../gguf/head-rows'
import { ggufName } from '../gguf/tensor-names'
import { exportStem, runNames } from '../names'
import { modelfile } from '../ollama/modelfile'

/** The adapter as a GGUF file, which llama.cpp adds to the base model while it loads or runs. */
export const ggufLora: Exporter = {
  kind: 'gguf-lora',
  takes: 'adapter',
  fileEnding: '.gguf',
  check: ({ opened }) => void ggufFamily(opened.config),
  bytes: () => null,
  async write(source, settings, out) {
    const adapter = source.adapter!
    const { config } = source.opened
    const { architecture, interleaved } = ggufFamily(config)
    const path = settings.file ?? `${exportStem(source, settings)}-lora.gguf`
    const tensors = adapter.pairs.flatMap((pair): (GgufTensor & { values: Float32Array })[] => {
      const base = ggufName(`${linearPath(pair.layer, pair.projection)}.weight`)
      // Rows of B are rows of the weight, which may stand in another order there.
      const B = interleaved && isTurned(base) ? interleavedRows(pair.B, pair.r, config.headDim) : pair.B
      return [
        { name: `${base}.lora_a`, type: 'F32', shape: [pair.r, pair.inFeatures], values: pair.A },
        { name: `${base}.lora_b`, type: 'F32', shape: [pair.outFeatures, pair.r], values: B },
      ]
    })
    const metadata: GgufMetadata = {
      'general.architecture': string(architecture),
      'general.type': string('adapter'),
      'general.name': string(source.facts?.runName ?? exportStem(source, settings)),
      'adapter.type': string('lora'),
      // llama.cpp multiplies by alpha / rank, so that rsLoRA's alpha / sqrt(rank) is told as a larger alpha.
      'adapter.lora.alpha': f32(loraScale(adapter.lora) * adapter.lora.r),
    }

    const written = await intoFile(out, path, async (sink) => {
      const writer = await GgufWriter.create(sink, metadata, tensors)
      for (const { values, type } of tensors) await writer.write(quantizeRows(values, type))
      await writer.close()
      return { path, bytes: writer.written }
    })
    if (settings.file) return [written]
    const base = `${exportStem({ opened: source.opened, adapter: null }, {})}-F16.gguf`
    const names = runNames(source, settings)
    const clients = [llamaCppAdapter(names, base, path), ollama(names)]
    const readme = adapterReadme(adapterFacts(source), 'gguf', clients, settings.words)
    return [
      written,
      ...(await writeTexts(out, {
        'README.md': readme,
        Modelfile: modelfile(source, [`FROM ./${base}`, `ADAPTER ./${path}`]),
      })),
    ]
  },
}

import { linearPath } from '../../architecture/names'
import { writeTexts } from '../../formats/into-file'
import { writePeft } from '../../formats/peft'
import { adapterFacts, adapterReadme } from '../cards/adapter-readme'
import { peftClients } from '../cards/clients'
import type { Exporter } from '../exporter'
import { adapterTexts } from '../model-texts'
import { runNames } from '../names'

/** The PEFT folder: adapter, tokenizer and template as the run used them, and a README with the run's facts. */
export const peft: Exporter = {
  kind: 'peft',
  takes: 'adapter',
  check: () => {},
  bytes: () => null,
  async write(source, settings, out) {
    const adapter = source.adapter!
    const names = runNames(source, settings)
    const written = await writePeft(out, { ...adapter, baseModel: source.baseModel }, linearPath)
    const clients = peftClients(names, adapter.lora)
    const readme = adapterReadme(adapterFacts(source), 'peft', clients, settings.words)
    const texts = { ...adapterTexts(source), 'README.md': readme }
    return [...written, ...(await writeTexts(out, texts))]
  },
}

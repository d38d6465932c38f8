import { linearPath } from '../../architecture/names'
import { writeTexts } from '../../formats/into-file'
import { writePeft } from '../../formats/peft'
import { adapterReadme } from '../cards/adapter-readme'
import { transformersAdapter, vllmAdapter } from '../cards/clients'
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
    const clients = [transformersAdapter(names), vllmAdapter(names, adapter.lora)]
    const texts = { ...adapterTexts(source), 'README.md': adapterReadme({ ...source, adapter }, 'peft', clients) }
    return [...written, ...(await writeTexts(out, texts))]
  },
}

import { readFileSync } from 'node:fs'
import { MemoryFolder } from '../../src/formats/memory-folder'
import { goldenPath } from './golden'
import { openModelFolder } from '../../src/model/opening/open-model'
import type { OpenedModel } from '../../src/model/opening/open-model'

/** A golden model with stand-ins for the tokenizer's files, which merging only copies. */
export async function goldenFolder(family: string): Promise<OpenedModel> {
  const folder = new MemoryFolder(family)
  for (const path of ['config.json', 'generation_config.json', 'model.safetensors']) {
    folder.files.set(path, readFileSync(goldenPath(`${family}/model/${path}`)))
  }
  folder.files.set('tokenizer.json', new TextEncoder().encode('{}'))
  folder.files.set('chat_template.jinja', new TextEncoder().encode('{{ messages }}'))
  return openModelFolder(folder)
}

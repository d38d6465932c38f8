import { openModelFolder } from '../../model/opening/open-model'
import type { Command } from './command'
import { modelOption } from './command'
import { folderAt } from './inputs'

/** Reads configuration and headers only. */
export const infoCommand: Command = {
  summary: 'What a model folder holds: architecture, sizes, types, licence.',
  options: { model: modelOption },
  async run({ options, terminal, root }) {
    const { config, ...opened } = await openModelFolder(await folderAt('--model', options.model as string, root))
    const { raw: _raw, ...shape } = config
    terminal.json({
      name: opened.name,
      ...shape,
      parameters: opened.parameters,
      dtype: opened.dtype,
      license: opened.license,
      stop_ids: opened.listedStopIds,
      files: opened.weightFiles.map(({ path, size }) => ({ path, size })),
    })
  },
}

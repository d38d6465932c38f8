import { openData, tokenizerOf } from '../../engine/core/open-data'
import { openModelFolder } from '../../model/opening/open-model'
import type { Command } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { folderAt } from './inputs'
import { readRun } from './run-config'

/** Needs no GPU, only tokenizer and template; --gpu is understood so that all commands take the same options. */
export const tokensCommand: Command = {
  summary: 'Print the token ids and labels of every kept row as JSON lines (label -100: not trained).',
  options: { model: modelOption, ...dataOptionSpecs, config: configOption, gpu: gpuOption },
  async run({ options, terminal, root }) {
    const { run } = await readRun(options.config as string | undefined, terminal)
    const opened = await openModelFolder(await folderAt('--model', options.model as string, root))
    const source = await dataAt(options)
    const { rows, facts } = await openData(
      source,
      await tokenizerOf(opened),
      opened.config,
      dataOptions(run, options),
      terminal.progress,
    )
    tellData(facts, run, terminal)
    for (const { inputIds, labels } of rows) {
      terminal.json({ input_ids: Array.from(inputIds), labels: Array.from(labels) })
    }
  },
}

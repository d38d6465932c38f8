import type { Command } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { folderAt } from './inputs'
import { readRun } from './run-config'

export const evaluateCommand: Command = {
  summary: 'Mean loss of a data set and of each of its rows, under the model or the model with an adapter.',
  options: {
    model: modelOption,
    ...dataOptionSpecs,
    lora: { value: 'DIR', help: 'PEFT adapter to apply' },
    config: configOption,
    'batch-size': { value: 'N', min: 1, help: 'rows at a time (4); changes no loss' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const { run } = await readRun(options.config as string | undefined, terminal)
    const data = await dataAt(options)
    const lora = options.lora ? await folderAt('--lora', options.lora as string, root) : null
    const engine = await engineWithModel(context, run.quantization)
    if (lora) await engine.loadAdapter(lora)
    tellData(
      await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run, options), terminal.progress),
      run,
      terminal,
    )
    const batchSize = options['batch-size'] ? Number(options['batch-size']) : undefined
    terminal.json(await engine.evaluate({ useAdapter: lora !== null, batchSize }, terminal.progress))
  },
}

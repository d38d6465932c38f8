import type { Command } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { engineWithModel } from './engine'
import { folderAt } from './inputs'
import { readRun } from './run-config'

export const findRateCommand: Command = {
  summary: 'Suggest a learning rate: some steps at rates that grow, on a copy of the adapter.',
  options: {
    model: modelOption,
    ...dataOptionSpecs,
    config: configOption,
    'init-lora': { value: 'DIR', help: 'begin with this PEFT adapter instead of a fresh one' },
    steps: { value: 'N', min: 20, help: 'steps of the search (60)' },
    from: { value: 'RATE', number: true, help: 'first rate (1e-6)' },
    to: { value: 'RATE', number: true, help: 'last rate (1)' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const { run } = await readRun(options.config as string | undefined, terminal)
    const data = await dataAt(options)
    const start = options['init-lora'] ? await folderAt('--init-lora', options['init-lora'] as string, root) : null
    const engine = await engineWithModel(context, run.quantization)
    if (start) await engine.loadAdapter(start)
    const facts = await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run, options), terminal.progress)
    tellData(facts, run, terminal)
    const ends = new AbortController()
    context.onInterrupt(() => ends.abort())
    const range = Object.fromEntries(
      (['steps', 'from', 'to'] as const).flatMap((name) => (options[name] ? [[name, Number(options[name])]] : [])),
    )
    const search = await engine.findRate(
      run,
      { continueAdapter: start !== null, range },
      ({ learning_rate, smoothed }, step, steps) =>
        terminal.line(`${step} of ${steps}: loss ${smoothed.toFixed(4)} at ${learning_rate.toExponential(1)}`),
      ends.signal,
    )
    terminal.json(search)
  },
}

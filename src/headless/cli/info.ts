import { createEngine } from '../../engine/core/core'
import { fail } from '../../errors'
import { loadLanguageModel } from '../../model/loading/load-model'
import { openModelFolder } from '../../model/opening/open-model'
import type { GpuKind } from '../dawn'
import { nodePlatform } from '../node-platform'
import { gpuOption, modelOption, type Command, type CommandContext } from './command'
import { folderAt } from './inputs'

/** Of a model, configuration and headers alone; of a GPU, which of its kernels are fast. */
export const infoCommand: Command = {
  summary: 'What a model folder holds: architecture, sizes, types, licence; with --tune, what this GPU is best at.',
  options: {
    model: { ...modelOption, required: false },
    tune: { help: 'time the kernels on this GPU, keep the fastest for later runs, and print the figures' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    if (options.tune) terminal.json(await tuned(context))
    if (options.model === undefined) {
      if (!options.tune) throw fail('cli-missing-option', { command: 'info', option: '--model' })
      return
    }
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

async function tuned({ options, root, terminal }: CommandContext): Promise<object> {
  const engine = createEngine(nodePlatform((options.gpu as GpuKind | undefined) ?? 'auto', root), loadLanguageModel)
  const { tuning, ...gpu } = await engine.tune()
  const { classes, refused, milliseconds, ...rest } = tuning!
  for (const { name, chosen, gflops } of classes) terminal.line(`${name}: ${chosen}, ${gflops.toFixed(1)} GFLOP/s`)
  if (refused.length > 0) terminal.line(`not used here, since they gave other numbers: ${refused.join(', ')}`)
  await engine.dispose()
  return { gpu, classes, refused, milliseconds, flops_per_submit: rest.flopsPerSubmit }
}

import { createEngine } from '../../engine/core/core'
import type { Engine } from '../../engine/api/types'
import { loadLanguageModel } from '../../model/loading/load-model'
import type { GpuKind } from '../dawn'
import { nodePlatform } from '../node-platform'
import { folderAt } from './inputs'
import { refuseLacking } from './kv-dtype'
import type { RunFile } from '../../run-file/run-file'
import type { CommandContext } from './command'
import { bytes } from './terminal'

/**
 * An engine on the GPU that `--gpu` names, with nothing loaded, so that what the GPU lacks is said before that is.
 * @throws TuneError model-no-f16-cache where `--kv-dtype` wants it
 */
export async function engineOnGpu(context: CommandContext): Promise<Engine> {
  const { options, root, terminal } = context
  const engine = createEngine(nodePlatform((options.gpu as GpuKind | undefined) ?? 'auto', root), loadLanguageModel)
  const gpu = await engine.gpu()
  terminal.line(`GPU: ${gpu.description || `${gpu.vendor} ${gpu.architecture}`}${gpu.isSoftware ? ' (software)' : ''}`)
  refuseLacking(context, gpu)
  return engine
}

/** An engine, as `engineOnGpu` gives it, with the model of `--model` loaded. */
export async function engineWithModel(
  context: CommandContext,
  quantization: RunFile['quantization'],
  opened?: Engine,
): Promise<Engine> {
  const { options, root, terminal } = context
  const folder = await folderAt('--model', options.model as string, root)
  const engine = opened ?? (await engineOnGpu(context))
  const source = options.model === 'builtin' ? ({ kind: 'builtin' } as const) : ({ kind: 'folder', folder } as const)
  const card = await engine.loadModel(source, terminal.progress, undefined, quantization)
  terminal.line(
    `model: ${card.name}, ${card.family}, ${card.layers} layers, ${bytes(card.gpuBytes)} on the GPU, ${card.loadSeconds.toFixed(1)} s`,
  )
  return engine
}

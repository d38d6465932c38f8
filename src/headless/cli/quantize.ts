import { fail } from '../../errors'
import { skips } from '../../exporters/kinds/bnb-4bit'
import { openModelFolder } from '../../model/opening/open-model'
import { PROJECTIONS, type ModelConfig } from '../../contracts/model'
import type { Command } from './command'
import { modelOption } from './command'
import { exportInto } from './export'
import { folderAt } from './inputs'
import { readRun } from './run-config'
import { HEAD_MODULE, linearModules } from '../../architecture/names'

/** On the processor, in windows; needs no GPU. */
export const quantizeCommand: Command = {
  summary: "Write the model as a bitsandbytes NF4 checkpoint, as transformers' load_in_4bit and save_pretrained would.",
  options: {
    model: modelOption,
    out: { value: 'DIR', required: true, help: 'folder to write' },
    config: {
      value: 'RUN.json',
      help: 'run file; its quantization settings are used (double quantisation without one)',
    },
    skip: {
      value: 'NAMES',
      help: 'projections that stay as they are, with commas: k_proj or model.layers.0.mlp.up_proj',
    },
  },
  async run(context) {
    const { options, terminal, root } = context
    const config = options.config as string | undefined
    const { run, stated } = await readRun(config, terminal)
    const { load_in_4bit, bnb_4bit_use_double_quant: doubleQuant, bnb_4bit_compute_dtype: compute } = run.quantization
    if (!load_in_4bit) throw fail('cli-quantize-off', { file: config! })
    const opened = await openModelFolder(await folderAt('--model', options.model as string, root))
    const skipModules = skipped(options.skip as string | undefined, opened.config)
    const computeDtype = stated.has('quantization.bnb_4bit_compute_dtype') ? compute : undefined
    await exportInto(
      context,
      'tune quantize',
      'bnb-4bit',
      { doubleQuant, skipModules, computeDtype },
      options.out as string,
    )
  },
}

/** Entries that mean no linear of this model are mistakes: they would silently change nothing. */
function skipped(value: string | undefined, config: ModelConfig): string[] {
  const entries = (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
  const paths = [HEAD_MODULE, ...linearModules(config).map(({ path }) => path)]
  for (const entry of entries) {
    if (!paths.some((path) => means(entry, path))) {
      throw fail('cli-option-value', {
        option: '--skip',
        value: entry,
        expected: `${PROJECTIONS.join(', ')}, or the path of one of them`,
      })
    }
  }
  return entries
}

/** An entry that is no regular expression means nothing. */
function means(entry: string, path: string): boolean {
  try {
    return skips(entry, path)
  } catch {
    return false
  }
}

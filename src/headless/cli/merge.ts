import { exportMerged } from '../../exporters/export'
import { tokenizerOf } from '../../engine/core/open-data'
import type { FileFolder, WritableFolder } from '../../contracts/bytes'
import { openModelFolder } from '../../model/opening/open-model'
import { readPeft } from '../../formats/peft'
import { recommendedRun } from '../../run-file/run-file'
import type { Command, CommandContext } from './command'
import { gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { folderAt, makeOut } from './inputs'
import { takeFolder, tellReplacedModel, writeModelFolder } from './results'
import { linearModules } from '../../architecture/names'
import type { ExportedFile } from '../../contracts/exports'

export const mergeCommand: Command = {
  summary: "Merge an adapter into the model's weights and write a Hugging Face folder.",
  options: {
    model: modelOption,
    lora: { value: 'DIR', required: true, help: 'PEFT adapter' },
    out: { value: 'DIR', required: true, help: 'folder to write' },
    onto: {
      value: 'BASE',
      choices: ['original', 'dequantized'],
      help: "the source's own weights (default, needs no GPU) or what its NF4 version stands for",
    },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const out = options.out as string
    const lora = await folderAt('--lora', options.lora as string, root)
    await makeOut(out, { '--model': options.model as string, '--lora': options.lora as string }, root)
    takeFolder(out, 'tune merge', terminal)
    await tellReplacedModel(out, terminal)
    const cancel = new AbortController()
    context.onInterrupt(() => cancel.abort())
    const merge = options.onto === 'dequantized' ? ontoDequantized : ontoOriginal
    const files = await writeModelFolder(out, (folder) => merge(context, lora, folder, cancel.signal))
    terminal.json({ out, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) })
  },
}

type Merge = (
  context: CommandContext,
  lora: FileFolder,
  out: WritableFolder,
  signal: AbortSignal,
) => Promise<ExportedFile[]>

/** On the CPU, in windows of rows. */
const ontoOriginal: Merge = async ({ options, terminal, root }, lora, out, signal) => {
  const opened = await openModelFolder(await folderAt('--model', options.model as string, root))
  const adapter = await readPeft(lora, linearModules(opened.config))
  const tokenizer = await tokenizerOf(opened)
  return exportMerged({ opened, tokenizer, adapter }, out, terminal.progress, signal)
}

const ontoDequantized: Merge = async (context, lora, out, signal) => {
  const engine = await engineWithModel(context, recommendedRun.quantization)
  await engine.loadAdapter(lora)
  return engine.exportMerged(out, { base: 'dequantized' }, context.terminal.progress, signal)
}

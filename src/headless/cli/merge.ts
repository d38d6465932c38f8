import { exportMerged } from '../../engine/export'
import { tokenizerOf } from '../../engine/open-data'
import { openModelFolder } from '../../formats/model-folder'
import { readPeft } from '../../formats/peft'
import { writableNodeFolder } from '../../storage/node-folder'
import type { Command } from './command'
import { modelOption } from './command'
import { folderAt } from './inputs'

/** Needs no GPU: the sum is made on the CPU, from the source's own weights. */
export const mergeCommand: Command = {
  summary: "Merge an adapter into the model's own weights and write a Hugging Face folder.",
  options: {
    model: modelOption,
    lora: { value: 'DIR', required: true, help: 'PEFT adapter' },
    out: { value: 'DIR', required: true, help: 'folder to write' },
  },
  async run({ options, terminal, root, onInterrupt }) {
    const out = options.out as string
    const opened = await openModelFolder(await folderAt('--model', options.model as string, root))
    const adapter = await readPeft(await folderAt('--lora', options.lora as string, root), opened.config)
    const { stopIds } = await tokenizerOf(opened)
    const cancel = new AbortController()
    onInterrupt(() => cancel.abort())
    const files = await exportMerged({ opened, stopIds, adapter }, writableNodeFolder(out), terminal.progress, cancel.signal)
    terminal.json({ out, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) })
  },
}

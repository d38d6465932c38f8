import type { Command } from './command'
import { gpuOption, modelOption } from './command'
import { exportInto, ontoOf, ontoOption } from './export'

export const mergeCommand: Command = {
  summary: "Merge an adapter into the model's weights and write a Hugging Face folder.",
  options: {
    model: modelOption,
    lora: { value: 'DIR', required: true, help: 'PEFT adapter' },
    out: { value: 'DIR', required: true, help: 'folder to write' },
    onto: ontoOption,
    gpu: gpuOption,
  },
  run: (context) =>
    exportInto(context, 'tune merge', 'safetensors', { base: ontoOf(context) }, context.options.out as string),
}

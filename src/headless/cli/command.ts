import type { OptionSpec, Options } from './options'
import type { Terminal } from './terminal'

export interface CommandContext {
  options: Options
  terminal: Terminal
  /** The repository's folder: the built-in model and the samples are in its public/. */
  root: string
  /** Called once at the first SIGINT or SIGTERM; a second one ends the process. */
  onInterrupt(listener: () => void): void
}

/** A command as data: its help is made from the same table that its options are read by. */
export interface Command {
  summary: string
  options: Record<string, OptionSpec>
  run(context: CommandContext): Promise<void>
}

export const gpuOption: OptionSpec = {
  value: 'KIND',
  choices: ['swiftshader', 'lavapipe', 'auto'],
  help: 'which GPU: auto takes a real one where there is one (default)',
}
export const dataLicenseOption: OptionSpec = {
  value: 'TEXT',
  help: 'under what the data set may be passed on, for the README that travels with what is exported',
}
export const kvOption: OptionSpec = {
  value: 'TYPE',
  choices: ['f32', 'f16'],
  help: 'keys and values of answers: f16 halves their memory where the GPU has shader-f16 (f32)',
}
export const modelOption: OptionSpec = {
  value: 'DIR',
  required: true,
  help: 'folder of the model in Hugging Face layout, or "builtin"',
}
export const configOption: OptionSpec = {
  value: 'FILE',
  help: 'run file, YAML of trl, axolotl, LLaMA-Factory or mlx-lm, or a Python script, which is read and not run',
}

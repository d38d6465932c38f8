import type { Command } from './command'
import type { OptionSpec } from './options'

export function overview(commands: Record<string, Command>): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'Fine-tune Qwen-style language models with QLoRA on WebGPU.',
    '',
    'Usage: npm run --silent tune -- COMMAND [options]',
    '',
    ...lines,
    '',
    'COMMAND --help lists its options. Progress goes to standard error, one JSON line to standard output.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage (options or run file).',
  ].join('\n')
}

export function commandHelp(name: string, command: Command): string {
  const written = ([option, spec]: [string, OptionSpec]) => (spec.value ? `--${option} ${spec.value}` : `--${option}`)
  const options = Object.entries(command.options)
  const usage = options.map((o) => (o[1].required ? written(o) : `[${written(o)}]`))
  const width = Math.max(...options.map((o) => written(o).length))
  const lines = options.map((o) => {
    const choices = o[1].choices ? ` (${o[1].choices.join(', ')})` : ''
    return `  ${written(o).padEnd(width)}  ${o[1].help}${choices}`
  })
  return [command.summary, '', `Usage: npm run --silent tune -- ${name} ${usage.join(' ')}`, '', ...lines].join('\n')
}

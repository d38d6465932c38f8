import { fail, TuneError } from '../errors'
import { suggest } from '../errors/suggest'
import type { Command } from './cli/command'
import { findRateCommand } from './cli/find-rate'
import { evaluateCommand } from './cli/evaluate'
import { exportCommand } from './cli/export'
import { generateCommand } from './cli/generate'
import { handoverCommand } from './cli/handover'
import { commandHelp, overview } from './cli/help'
import { infoCommand } from './cli/info'
import { mergeCommand } from './cli/merge'
import { parseOptions } from './cli/options'
import { packCommand, unpackCommand } from './cli/pack'
import { pushCommand } from './cli/push'
import { queueCommand } from './cli/queue'
import { quantizeCommand } from './cli/quantize'
import { scoreCommand } from './cli/score'
import { Terminal } from './cli/terminal'
import { tokensCommand } from './cli/tokens'
import { trainCommand } from './cli/train'

const commands: Record<string, Command> = {
  train: trainCommand,
  'find-rate': findRateCommand,
  queue: queueCommand,
  tokens: tokensCommand,
  eval: evaluateCommand,
  generate: generateCommand,
  export: exportCommand,
  merge: mergeCommand,
  handover: handoverCommand,
  quantize: quantizeCommand,
  score: scoreCommand,
  push: pushCommand,
  pack: packCommand,
  unpack: unpackCommand,
  info: infoCommand,
}

/** Run one command and end the process: 0 done, 1 failed, 2 wrong usage. */
export async function main(argv: string[], root: string): Promise<void> {
  // A reader that closes early (`| head`) ends the command in silence.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  // Words that nobody reads any more are no reason to end what is being learnt.
  process.stderr.on('error', () => {})
  const terminal = new Terminal({ err: process.stderr, out: process.stdout })
  let code = 0
  try {
    await runCommand(argv, root, terminal)
  } catch (error) {
    code = isUsage(error) ? 2 : 1
    terminal.line(error instanceof TuneError ? `error: ${error.message}` : `error: ${describe(error)}`)
  }
  // The GPU's threads would keep the process alive.
  process.stdout.write('', () => process.exit(code))
}

async function runCommand(argv: string[], root: string, terminal: Terminal): Promise<void> {
  const [name, ...rest] = argv
  if (name === undefined) throw fail('cli-missing-option', { command: 'tune', option: 'COMMAND' })
  if (name === '--help' || name === '-h' || name === 'help') return terminal.text(`${overview(commands)}\n`)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const known = Object.keys(commands)
    throw fail('cli-unknown-command', { command: name, suggestion: suggest(name, known), known })
  }
  if (rest.includes('--help') || rest.includes('-h')) return terminal.text(`${commandHelp(name, command)}\n`)
  const options = parseOptions(name, command.options, rest)
  await command.run({ options, terminal, root, onInterrupt })
}

/** The first signal asks the command to end well; the second ends the process. */
function onInterrupt(listener: () => void): void {
  let asked = false
  const handle = () => {
    if (asked) process.exit(130)
    asked = true
    listener()
  }
  // A terminal that closes (SIGHUP) must not take the work with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handle)
}

/** Options and run files that say something impossible are wrong usage; everything else is a failure. */
const isUsage = (error: unknown) => error instanceof TuneError && /^(cli|run)-/.test(error.code)

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return process.env.TUNETAB_DEBUG ? (error.stack ?? error.message) : error.message
}

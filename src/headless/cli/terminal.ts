import type { SerializedError } from '../../errors'
import type { Progress } from '../../contracts/progress'
import type { TrainEvent } from '../../contracts/events'
import type { EvalRow } from '../../contracts/evaluation'
import { FIGURE_NAMES, FIGURES } from '../../contracts/figures'
import type { Figure, FigureUnit, LogRow } from '../../contracts/figures'
import { about as english } from '../../i18n/en/about'
import { formatBytes, formatDuration } from '../../i18n/format'

interface TextStream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/**
 * What a person sees while a command works: on a terminal one line with a bar that is drawn over itself, elsewhere
 * plain lines, at most one every two seconds for the same phase. Results go to `out` and to nothing else.
 */
export class Terminal {
  private readonly err: TextStream
  private readonly stdout: TextStream
  private readonly now: () => number
  private drawn = false
  private lastPhase = ''
  private lastTime = -Infinity

  constructor(streams: { err: TextStream; out: TextStream; now?: () => number }) {
    this.err = streams.err
    this.stdout = streams.out
    this.now = streams.now ?? (() => performance.now())
  }

  /** One JSON value on a line of standard output. */
  json(value: unknown): void {
    this.clear()
    this.stdout.write(`${JSON.stringify(value)}\n`)
  }

  text(text: string): void {
    this.clear()
    this.stdout.write(text)
  }

  /** A line of its own on standard error. */
  line(text: string): void {
    this.clear()
    this.err.write(`${text}\n`)
  }

  warning(warning: SerializedError | string): void {
    this.line(`note: ${typeof warning === 'string' ? warning : warning.message}`)
  }

  progress = (progress: Progress): void => {
    const { phase, item, done, total, unit, perSecond, etaSeconds } = progress
    if (done === 0 && total === 0) return
    const amount =
      unit === 'bytes'
        ? `${bytes(done)}${total ? ` / ${bytes(total)}` : ''}`
        : `${done}${total ? ` / ${total}` : ''} ${unit}`
    const speed = perSecond ? `${unit === 'bytes' ? bytes(perSecond) : Math.round(perSecond)}/s` : ''
    const facts = [amount, speed, etaSeconds ? `${duration(etaSeconds)} left` : '', this.err.isTTY ? (item ?? '') : '']
    this.show(phase, total ? done / total : null, facts, total > 0 && done >= total)
  }

  training = (event: TrainEvent): void => {
    if (event.kind === 'message') return this.warning(event.text)
    if (event.kind === 'compile') {
      const { done, total } = event
      return this.show('compiling', done / total, [`${done} / ${total} kernels`], done >= total)
    }
    if (event.kind === 'checkpoint') return this.line(`checkpoint-${event.step} written (${bytes(event.bytes)} in all)`)
    if (event.kind === 'phase') {
      if (event.phase !== 'training') this.show(event.phase, null, [], true)
      return
    }
    if (event.kind === 'evaluation') return this.line(evaluationLine(event.row, event.isBest))
    if (event.kind !== 'step') return
    const { log, steps, tokensPerSecond, etaSeconds, gpuBytes } = event
    const facts = [
      `step ${log.step} of ${steps}`,
      ...figures(log),
      `${tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0)} tok/s`,
      `GPU ${bytes(gpuBytes)}`,
      `${duration(etaSeconds)} left`,
    ]
    this.show('train', log.step / steps, facts, log.step === 1 || log.step === steps)
  }

  private show(phase: string, share: number | null, facts: string[], always: boolean): void {
    const text = facts.filter(Boolean).join(' · ')
    if (this.err.isTTY) {
      const line = [phase.padEnd(9), share === null ? '' : bar(share), text].filter(Boolean).join(' ')
      // Cut to the terminal's width: a line that wraps cannot be drawn over.
      this.err.write(`\r\x1b[2K${line.slice(0, (this.err.columns ?? 80) - 1)}`)
      this.drawn = true
      return
    }
    const quiet = phase === this.lastPhase && this.now() - this.lastTime < 2000
    if (quiet && !always) return
    this.lastPhase = phase
    this.lastTime = this.now()
    this.err.write(`${[phase, text].filter(Boolean).join(': ')}\n`)
  }

  private clear(): void {
    if (this.drawn) this.err.write('\n')
    this.drawn = false
  }
}

const bar = (share: number) => {
  const full = Math.round(Math.min(1, share) * 20)
  return `[${'█'.repeat(full)}${'·'.repeat(20 - full)}] ${String(Math.floor(share * 100)).padStart(3)}%`
}

/** The figures that have a name here, as their units are written. */
function figures(log: LogRow): string[] {
  return FIGURE_NAMES.flatMap((name) => {
    const { terminal, unit }: Figure = FIGURES[name]
    const value = log[name]
    return terminal === undefined || value === undefined ? [] : [`${terminal} ${written[unit](value)}`]
  })
}

const written: Record<FigureUnit, (value: number) => string> = {
  count: String,
  epochs: (value) => value.toFixed(2),
  nats: (value) => value.toFixed(4),
  share: (value) => value.toFixed(4),
  norm: (value) => value.toPrecision(4),
  rate: (value) => value.toExponential(2),
}

/** Results of the command line are in English, whatever the machine's language. */
export const bytes = (count: number): string => formatBytes(english, count)
const duration = (seconds: number): string => formatDuration(english, seconds)

function evaluationLine({ step, ...row }: EvalRow, isBest: boolean): string {
  const { eval_loss, eval_mean_token_accuracy, eval_entropy, scores } = row
  const figures = Object.entries({ eval_loss, eval_mean_token_accuracy, eval_entropy, ...scores })
  const words = figures.map(([name, value]) => `${name} ${value.toPrecision(4)}`)
  return `held-out rows after step ${step}: ${words.join(', ')}${isBest ? ' (best so far)' : ''}`
}

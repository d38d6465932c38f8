import type { TrainEvent } from '../../engine/api/types'
import type { SerializedError } from '../../errors'
import type { Progress } from '../../contracts/progress'

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
    if (event.kind !== 'step') return
    const { log, steps, tokensPerSecond, etaSeconds, gpuBytes } = event
    const facts = [
      `step ${log.step} of ${steps}`,
      `loss ${log.loss.toFixed(4)}`,
      `grad_norm ${log.grad_norm.toPrecision(4)}`,
      `lr ${log.learning_rate.toExponential(2)}`,
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

export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = count / 1000
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[unit]}`
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

import { describe, expect, it } from 'vitest'
import type { MicroBatch } from '../../src/contracts/data'
import { fail } from '../../src/errors'
import type { Interlude, Moment } from '../../src/train/interlude'
import { logHistory } from '../../src/train/log-history'
import { RunControl } from '../../src/train/run-control'
import type { RunFile } from '../../src/run-file/run-file'
import { recommendedRun } from '../../src/run-file/run-file'
import type { LoopParts, StepReport, Window } from '../../src/train/loop'
import { runLoop } from '../../src/train/loop'
import { FakeTrainer, stepResult } from '../helpers/fake-trainer'

const run: RunFile = { ...recommendedRun, lr_scheduler_type: 'linear', warmup_ratio: 0, learning_rate: 1 }
const batch = (row: number, trainedTokens: number) =>
  ({ rows: [row], trainedTokens, realTokens: 10 * row }) as MicroBatch
const window = (epoch: number, ...batches: MicroBatch[]): Window => ({ epoch, batches: () => batches })
const windows = [window(0.4, batch(1, 3), batch(2, 4)), window(0.8, batch(3, 1), batch(4, 1)), window(1, batch(5, 7))]
const result = (step: number) =>
  stepResult({ loss: 10 - step, grad_norm: step / 2, mean_token_accuracy: 0.5, entropy: 1.5 })
const tick = () => new Promise((resolve) => setTimeout(resolve, 2))

function session(trainer: FakeTrainer, more: Partial<LoopParts> = {}) {
  const control = new RunControl()
  const reports: StepReport[] = []
  let clock = 0
  const parts: LoopParts = {
    trainer,
    run,
    steps: 3,
    windows,
    control,
    onStep: (report) => reports.push(report),
    now: () => (clock += 1000),
    ...more,
  }
  return { control, reports, end: runLoop(parts) }
}

describe('training session', () => {
  it('normalises by the trained tokens of each whole window, the short last one included', async () => {
    const trainer = new FakeTrainer(result)
    await session(trainer).end
    expect(trainer.events.filter((e) => e.startsWith('acc'))).toEqual([
      'accumulate 1/7',
      'accumulate 2/7',
      'accumulate 3/2',
      'accumulate 4/2',
      'accumulate 5/7',
    ])
    expect(trainer.options.map((o) => o.lr)).toEqual([1, 2 / 3, 1 / 3])
  })

  it('reports every step with transformers’ figures', async () => {
    const { end, reports } = session(new FakeTrainer(result))
    const log = await end
    expect(
      log.map((row) => [row.step, row.epoch, row.loss, row.grad_norm, row.num_tokens, row.num_items_in_batch]),
    ).toEqual([
      [1, 0.4, 9, 0.5, 30, 7],
      [2, 0.8, 8, 1, 100, 2],
      [3, 1, 7, 1.5, 150, 7],
    ])
    expect(reports).toHaveLength(3)
    expect(reports[2].etaSeconds).toBe(0)
    expect(reports[1].gpuBytes).toBe(1234)
  })

  it('queues the next window before the result of the one before is there', async () => {
    const trainer = new FakeTrainer(result, false)
    const { end, reports } = session(trainer)
    await tick()
    expect(trainer.events.at(-1)).toBe('step 2')
    expect(reports).toHaveLength(0)
    trainer.endOne()
    await tick()
    expect(reports.map((r) => r.step)).toEqual([1])
    expect(trainer.events.at(-1)).toBe('step 3')
    trainer.endOne()
    trainer.endOne()
    expect(await end).toHaveLength(3)
  })

  it('pauses with nothing under way, and goes on', async () => {
    const trainer = new FakeTrainer(result)
    const pauses: [boolean, number][] = []
    const { control, reports, end } = session(trainer, {
      onStep: (report) => {
        reports.push(report)
        if (report.step === 1) control.pause()
      },
      onPause: (paused, step) => pauses.push([paused, step]),
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(reports.map((r) => r.step)).toEqual([1, 2])
    expect(pauses).toEqual([[true, 2]])
    control.resume()
    await end
    expect(pauses).toEqual([
      [true, 2],
      [false, 2],
    ])
    expect(reports).toHaveLength(3)
  })

  it('stops after what is under way, also while paused', async () => {
    // The second window is queued before the first one's report comes.
    const first = session(new FakeTrainer(result), { onStep: () => first.control.stop() })
    expect(await first.end).toHaveLength(2)
    const second = session(new FakeTrainer(result))
    second.control.pause()
    await tick()
    second.control.stop()
    expect(await second.end).toHaveLength(0)
  })

  it('names step, place and rows when a number breaks', async () => {
    const trainer = new FakeTrainer((step) => {
      if (step === 2) throw fail('train-non-finite', { step: 0, layer: 3, rows: [], loss: 'NaN', gradNorm: '1' })
      return result(step)
    })
    const { end, reports } = session(trainer)
    const error = await end.catch((e: unknown) => e)
    expect(error).toMatchObject({ code: 'train-non-finite', params: { step: 2, layer: 3, rows: [3, 4] } })
    expect(reports.map((r) => r.step)).toEqual([1])
  })

  it('continues a run: schedule, steps and tokens go on', async () => {
    const whole = await session(new FakeTrainer(result)).end
    const trainer = new FakeTrainer((step) => result(step + 1))
    const rest = await session(trainer, { done: { log: whole.slice(0, 1) }, windows: windows.slice(1) }).end
    expect(rest).toEqual(whole)
    expect(trainer.options.map((o) => o.lr)).toEqual([2 / 3, 1 / 3])
  })

  it('gives way between steps, with nothing under way, at the moments asked for', async () => {
    const trainer = new FakeTrainer(result)
    const seen: [string, number, number][] = []
    const at = (moment: Moment): Interlude => ({
      due: (_step, now) => now === moment,
      async run(step, log) {
        if (step > 0) expect(trainer.events.at(-1)).toBe(`end ${step}`)
        seen.push([moment, step, log.length])
      },
    })
    await session(trainer, { interludes: [at('start'), at('step'), at('stop'), at('end')] }).end
    expect(seen).toEqual([
      ['start', 0, 0],
      ['step', 1, 1],
      ['step', 2, 2],
      ['end', 3, 3],
    ])
  })

  it('tells the time that is left with what happens between the steps: by what it says, then as it was measured', async () => {
    let clock = 0
    const trainer = new FakeTrainer((step) => ((clock += step === 1 ? 60_000 : 10_000), result(step)))
    const judging: Interlude = {
      due: (step, moment) => moment === 'end' || (moment === 'step' && step % 2 === 0),
      run: async () => void (clock += 30_000),
      // Six rows, a third of the time of trained ones.
      ahead: {
        times: (step, steps) => Math.floor((steps - 1) / 2) - Math.floor((step - 1) / 2) + 1,
        guess: (rowSeconds) => (6 * rowSeconds) / 3,
      },
    }
    const eight = Array.from({ length: 6 }, (_, i) => window(i / 6, batch(1, 1), batch(2, 1)))
    const now = () => clock
    const { end, reports } = session(trainer, { windows: eight, steps: 6, interludes: [judging], now })
    await end
    expect(reports.map(({ etaSeconds }) => etaSeconds)).toEqual([
      // The first step warms up: 60 seconds for two rows, so 30 a row and 60 an evaluation; due behind 2, 4 and 6.
      5 * 60 + 3 * 60,
      // Behind a step the evaluation that is due there is still to come.
      4 * 10 + 3 * 10,
      3 * 10 + 2 * 30,
      2 * 10 + 2 * 30,
      1 * 10 + 1 * 30,
      0 + 1 * 30,
    ])
  })

  it('gives way before it waits, and when it is stopped early', async () => {
    const seen: [Moment, number][] = []
    const interludes: Interlude[] = [
      {
        due: (step, moment) => (seen.push([moment, step]), moment === 'pause'),
        run: async () => void seen.push(['pause', -1]),
      },
    ]
    const { control, end } = session(new FakeTrainer(result), {
      interludes,
      onPause: () => void seen.push(['pause', -2]),
    })
    control.pause()
    await tick()
    control.stop()
    await end
    expect(seen).toEqual([
      ['start', 0],
      ['pause', 0],
      ['pause', -1],
      ['pause', -2],
      ['stop', 0],
    ])
  })

  it('goes on from a pause only when guests have ended, and asks them to', async () => {
    const trainer = new FakeTrainer(result)
    const { control, end } = session(trainer)
    expect(control.resting).toBe(false)
    control.pause()
    await tick()
    expect(control.resting).toBe(true)
    const order: string[] = []
    const guest = (name: string) =>
      control.beside(async (signal) => {
        order.push(`${name} begins`)
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await tick()
        order.push(`${name} ends after ${trainer.events.length} events`)
      })
    const guests = Promise.all([guest('first'), guest('second')])
    await tick()
    expect(order).toEqual(['first begins'])
    const before = trainer.events.length
    control.resume()
    await guests
    await end
    expect(order).toEqual([
      'first begins',
      `first ends after ${before} events`,
      'second begins',
      `second ends after ${before} events`,
    ])
    expect(control.resting).toBe(false)
  })
})

describe('log history', () => {
  it('averages loss and accuracy over the interval and keeps the last step’s other figures', async () => {
    const log = await session(new FakeTrainer(result)).end
    const one = () => 1
    expect(logHistory(log, { logging_steps: 2 }, 3, one)).toEqual([{ ...log[1], loss: 8.5, num_items_in_batch: 4.5 }])
    expect(logHistory(log, { logging_steps: 1 }, 3, (step) => 2 + step)).toEqual(log)
    expect(logHistory(log, { logging_steps: 0.5 }, 3, one)).toHaveLength(1)
  })

  it('counts a step’s accuracy and entropy as often as the step had micro batches', async () => {
    const differing = (i: number) =>
      i === 0 ? { mean_token_accuracy: 0.25, entropy: 4 } : { mean_token_accuracy: 0.5, entropy: 2 }
    const log = (await session(new FakeTrainer(result)).end).map((row, i) => ({ ...row, ...differing(i) }))
    const [row] = logHistory(log, { logging_steps: 2 }, 3, (step) => (step === 1 ? 3 : 1))
    expect(row).toMatchObject({ loss: 8.5, mean_token_accuracy: 0.3125, entropy: 3.5 })
  })
})

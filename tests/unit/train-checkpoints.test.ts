import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodePlace } from '../../src/storage/node/node-folder'
import type { CheckpointRules } from '../../src/formats/checkpoint-folder'
import { listCheckpoints, pruneCheckpoints } from '../../src/formats/checkpoint-folder'
import { withManifest } from '../../src/formats/manifest'
import type { Place } from '../../src/formats/whole-folder'
import { writeWhole } from '../../src/formats/whole-folder'
import type { Moment } from '../../src/train/interlude'
import { checkpointing, checkpointRules } from '../../src/train/keep-checkpoints'
import { recommendedRun } from '../../src/run-file/run-file'

const none: CheckpointRules = { every: null, limit: null, safety: false }

describe('when checkpoints are written', () => {
  it('follows save_strategy', () => {
    const plan = { steps: 40, stepsPerEpoch: 16 }
    const run = { ...recommendedRun, save_steps: 0.25, save_total_limit: 2 }
    expect(checkpointRules(run, plan, false)).toEqual({ ...none, limit: 2 })
    expect(checkpointRules({ ...run, save_strategy: 'steps' }, plan, false).every).toBe(10)
    expect(checkpointRules({ ...run, save_strategy: 'epoch' }, plan, true)).toEqual({
      every: 16,
      limit: 2,
      safety: true,
    })
  })

  /** Moments at which one is due, on a clock that the test moves. */
  function play(rules: CheckpointRules, continued = false, saveMs = 0) {
    let time = 0
    const saved: number[] = []
    const one = checkpointing(rules, async (_log, step) => void (saved.push(step), (time += saveMs)), {
      continued,
      now: () => time,
    })
    return {
      saved,
      async at(seconds: number, step: number, moment: Moment = 'step') {
        time = Math.max(time, seconds * 1000)
        if (one.due(step, moment)) await one.run(step, [])
      },
    }
  }

  it('only as asked and at a stop, where nobody is to be kept safe', async () => {
    const { at, saved } = play({ ...none, every: 3 })
    for (let step = 1; step <= 7; step++) await at(step * 1000, step)
    await at(8000, 7, 'pause')
    await at(8000, 7, 'stop')
    expect(saved).toEqual([3, 6, 7])
    const never = play(none)
    await never.at(8000, 7, 'stop')
    expect(never.saved).toEqual([])
  })

  it('by the clock, at pauses and at a stop, and never the same step twice', async () => {
    const { at, saved } = play({ ...none, safety: true })
    await at(0, 0, 'start')
    await at(0, 0, 'pause')
    await at(19, 1)
    await at(21, 2)
    await at(100, 3)
    await at(142, 4)
    await at(143, 4, 'pause')
    await at(150, 5, 'pause')
    await at(151, 6, 'stop')
    await at(900, 7, 'end')
    expect(saved).toEqual([2, 4, 5, 6])
  })

  it('less often where writing takes long', async () => {
    const { at, saved } = play({ ...none, safety: true }, false, 30_000)
    await at(20, 1)
    await at(400, 2)
    await at(649, 3)
    await at(651, 4)
    expect(saved).toEqual([1, 4])
  })

  it('before the first step of a run that goes on from an adapter', async () => {
    const { at, saved } = play({ ...none, safety: true }, true)
    await at(0, 0, 'start')
    expect(saved).toEqual([0])
  })
})

describe('which checkpoints stay', () => {
  let dir: string
  let place: Place
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tunetab-checkpoints-'))
    place = nodePlace(dir)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const FILES = ['adapter_config.json', 'adapter_model.safetensors', 'optimizer.safetensors', 'run_state.json']
  async function write(step: number, run = 'one') {
    const about = { step, run, began: '2026-01-01T00:00:00Z', written: '2026-01-01T00:00:00Z' }
    await writeWhole(place, `checkpoint-${step}`, (out) =>
      withManifest(out, about, async (folder) => {
        for (const name of FILES) {
          const sink = await folder.create(name)
          await sink.write(new Uint8Array(5))
          await sink.close()
        }
      }),
    )
  }
  const steps = async () => (await listCheckpoints(place)).map(({ step }) => step)

  it('as many of those asked for as save_total_limit says', async () => {
    for (const step of [5, 10, 15, 17]) await write(step)
    await pruneCheckpoints(place, { every: 5, limit: 2, safety: false })
    expect(await steps()).toEqual([10, 15, 17])
  })

  it("its own, where another run's lie, and those that it was taken back from", async () => {
    for (const step of [5, 10, 40]) await write(step)
    await write(2, 'another')
    await pruneCheckpoints(place, { every: 5, limit: 1, safety: false }, { run: 'one', upTo: 10 })
    expect(await steps()).toEqual([2, 10, 40])
    await pruneCheckpoints(place, { every: null, limit: null, safety: true }, { run: 'one' })
    expect(await steps()).toEqual([2, 40])
  })

  it("nothing of a stranger's", async () => {
    for (const step of [5, 10]) await write(step)
    writeFileSync(join(dir, 'checkpoint-5/notes.txt'), 'mine')
    await pruneCheckpoints(place, { every: 5, limit: 1, safety: false })
    expect(readdirSync(join(dir, 'checkpoint-5'))).toEqual(['notes.txt'])
    expect(readdirSync(dir)).toEqual(['checkpoint-10', 'checkpoint-5'])
  })

  it('the newest one to go back to, until the run has ended', async () => {
    for (const step of [0, 5, 7, 9, 11]) await write(step)
    rmSync(join(dir, 'checkpoint-11/optimizer.safetensors'))
    expect((await listCheckpoints(place)).map(({ step, whole }) => [step, whole]).slice(-2)).toEqual([
      [9, true],
      [11, false],
    ])
    const rules = { every: 5, limit: null, safety: true }
    await pruneCheckpoints(place, rules)
    expect(await steps()).toEqual([5, 9])
    await pruneCheckpoints(place, rules, { finished: true })
    expect(await steps()).toEqual([5])
    expect(readdirSync(dir)).toEqual(['checkpoint-5'])
  })
})

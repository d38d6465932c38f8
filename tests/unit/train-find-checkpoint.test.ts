import { describe, expect, it } from 'vitest'
import { subFolder } from '../../src/formats/folders'
import { parseModelConfig } from '../../src/architecture/config'
import { fileDefaults, recommendedRun } from '../../src/run-file/run-file'
import { finishDrafts } from '../../src/formats/whole-folder'
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint'
import { findCheckpoint } from '../../src/train/find-checkpoint'
import { MemoryPlace } from '../helpers/memory-place'
import { TINY_CONFIG } from '../helpers/tiny-folder'

const config = parseModelConfig(JSON.stringify(TINY_CONFIG))
const lora = { ...recommendedRun.lora, r: 2, target_modules: ['o_proj' as const] }

/** A checkpoint after `step` steps; its run began in the minute that its id says. */
async function save(place: MemoryPlace, step: number, runId = '10', run = { ...fileDefaults, lora, save_steps: 5 }) {
  const C = TINY_CONFIG.hidden_size
  const pairs = [0, 1].map((layer) => {
    const A = Float32Array.from({ length: 2 * C }, (_, i) => Math.sin(i + step))
    const B = Float32Array.from({ length: 2 * C }, (_, i) => Math.cos(i * step))
    return { layer, projection: 'o_proj' as const, r: 2, inFeatures: C, outFeatures: C, A, B }
  })
  const tensors = [{ name: 'counters', data: Uint8Array.from({ length: 8 }, (_, i) => i * step) }]
  const log = Array.from({ length: step }, (_, i) => ({
    step: i + 1,
    epoch: i / 10,
    loss: 2 - i / 100,
    grad_norm: 1,
    learning_rate: 1e-4,
    num_tokens: 10 * i,
    mean_token_accuracy: 0.5,
    entropy: 1,
  }))
  const facts = {
    run,
    runId,
    began: `2026-01-01T00:${runId}:00Z`,
    log,
    evaluations: [],
    data: '3-aa',
    model: 'sha256:bb',
  }
  const whole = { ...facts, state: { steps: step, pairs, tensors }, bestPairs: null }
  await writeCheckpoint(place, whole, lora, 'tiny')
  return whole
}

/** As an earlier version left it. */
function withoutManifest(place: MemoryPlace, step: number) {
  place.files.delete(`checkpoint-${step}/manifest.json`)
  const path = `checkpoint-${step}/run_state.json`
  const {
    version: _,
    runId: __,
    began: ___,
    ...state
  } = JSON.parse(new TextDecoder().decode(place.files.get(path))) as Record<string, unknown>
  place.files.set(path, new TextEncoder().encode(JSON.stringify(state)))
}

function flip(place: MemoryPlace, path: string, share = 0.7) {
  const bytes = place.files.get(path)!.slice()
  bytes[Math.floor(bytes.length * share)] ^= 4
  place.files.set(path, bytes)
}

const FILES = ['adapter_config.json', 'adapter_model.safetensors', 'optimizer.safetensors', 'run_state.json']

describe('the checkpoint to go on from', () => {
  it('is the last one, with all that was saved', async () => {
    const place = new MemoryPlace('out')
    await save(place, 5)
    const saved = await save(place, 10)
    const found = await findCheckpoint(place)
    expect(found).toMatchObject({ notes: [], others: [] })
    const { state, ...facts } = await readCheckpoint(found, config)
    expect(facts).toMatchObject({ run: saved.run, runId: '10', began: saved.began, log: saved.log })
    expect(state).toEqual(saved.state)
    // The folder itself may be given, too.
    expect((await findCheckpoint(subFolder(place, 'checkpoint-5'))).facts.log).toHaveLength(5)
  })

  it.each([...FILES, 'manifest.json'])('passes over one with a flipped bit in %s, and says so', async (file) => {
    const place = new MemoryPlace('out')
    await save(place, 5)
    await save(place, 10)
    // The manifest's own flip lies in what it says of a file, or breaks it.
    flip(place, `checkpoint-10/${file}`, file === 'manifest.json' ? 0.9 : 0.7)
    const found = await findCheckpoint(place)
    expect(found.facts.log).toHaveLength(5)
    const [note] = found.notes
    expect(found.notes).toHaveLength(1)
    expect(note.code).toBe('train-checkpoint-passed-over')
    if (file !== 'manifest.json')
      expect(note.params).toEqual({ folder: 'checkpoint-10', damaged: file, reason: 'sha256' })
    // The damaged one by name: refused, not passed over.
    await expect(findCheckpoint(subFolder(place, 'checkpoint-10'))).rejects.toMatchObject({
      code: 'train-checkpoint-damaged',
      params: { folder: 'checkpoint-10', instead: null },
    })
    flip(place, 'checkpoint-5/optimizer.safetensors')
    await expect(findCheckpoint(place)).rejects.toMatchObject({ code: 'train-checkpoint-damaged' })
  })

  it('is of the run that was written last, and the others are named', async () => {
    const place = new MemoryPlace('out')
    await save(place, 40, '01')
    withoutManifest(place, 40)
    await save(place, 20, '02')
    await new Promise((resolve) => setTimeout(resolve, 5))
    await save(place, 10, '03')
    const { facts, others } = await findCheckpoint(place)
    expect([facts.runId, facts.log.length]).toEqual(['03', 10])
    expect(others.map((other) => other && [other.run, other.step])).toEqual([['02', 20], null])
  })

  it('of an earlier version is gone on from with a word, and with the fields that it lacks', async () => {
    const place = new MemoryPlace('out')
    await save(place, 5)
    withoutManifest(place, 5)
    const path = 'checkpoint-5/run_state.json'
    const state = JSON.parse(new TextDecoder().decode(place.files.get(path))) as { run: Record<string, unknown> }
    delete state.run.save_total_limit
    place.files.set(path, new TextEncoder().encode(JSON.stringify(state)))
    const { facts, notes } = await findCheckpoint(place)
    expect(facts.run).toEqual({ ...fileDefaults, lora, save_steps: 5 })
    expect(notes.map(({ code }) => code)).toEqual(['train-checkpoint-unchecked'])
  })

  it('that lost its manifest is not taken for one of an earlier version', async () => {
    const place = new MemoryPlace('out')
    await save(place, 5)
    place.files.delete('checkpoint-5/manifest.json')
    await expect(findCheckpoint(place)).rejects.toMatchObject({ code: 'train-no-checkpoint' })
    await expect(findCheckpoint(subFolder(place, 'checkpoint-5'))).rejects.toMatchObject({
      code: 'train-checkpoint-damaged',
      params: { damaged: 'manifest.json' },
    })
  })

  it.each(['', 'null', '[]', '{"run":1}', '{"run":{},"data":"","model":"","steps":1,"log":[{}]}', '{"run":{"r":0}}'])(
    'with the state %s is damaged, no exception',
    async (state) => {
      const place = new MemoryPlace('out')
      await save(place, 5)
      place.files.delete('checkpoint-5/manifest.json')
      place.files.set('checkpoint-5/run_state.json', new TextEncoder().encode(state))
      await expect(findCheckpoint(subFolder(place, 'checkpoint-5'))).rejects.toMatchObject({
        code: 'train-checkpoint-damaged',
        params: { damaged: 'run_state.json' },
      })
    },
  )

  it('survives a kill at any change of the next write', async () => {
    const whole = new MemoryPlace('out')
    await save(whole, 5)
    for (const at of [5, 10]) {
      for (let n = 0; ; n++) {
        const place = whole.reopened()
        place.breakAt = n
        const failed = await save(place, at).then(
          () => false,
          () => true,
        )
        if (!failed) break
        const after = place.reopened()
        await finishDrafts(after)
        const found = await findCheckpoint(after)
        expect(found.notes).toEqual([])
        expect([5, at]).toContain(found.facts.log.length)
        await readCheckpoint(found, config)
      }
    }
  })
})

import { expect, test } from 'vitest'
import { IGNORE } from '../../src/contracts/data'
import { relativeError } from '../helpers/gpu'
import { goldenAdapter, goldenModel, modelBatch } from '../helpers/golden'

test('an adapter acts at the strength that is set, as one whose alpha is so much less', async () => {
  const model = await goldenModel('qwen2')
  const { lora, pairs } = await goldenAdapter('qwen2')
  const batch = modelBatch('qwen2')
  const losses = async (useAdapter = true) => [...(await model.lossPerLine(batch, useAdapter)).sums]
  await model.attachLora(lora, { kind: 'pairs', pairs })
  const full = await losses()
  const base = await losses(false)
  model.setAdapterStrength(0.5)
  const half = await losses()
  model.setAdapterStrength(0)
  expect(relativeError(await losses(), base)).toBeLessThan(1e-6)
  model.setAdapterStrength(1)
  expect(await losses()).toEqual(full)
  await model.attachLora({ ...lora, lora_alpha: lora.lora_alpha / 2 }, { kind: 'pairs', pairs })
  expect(await losses()).toEqual(half)
  expect(half).not.toEqual(full)
  model.destroy()
})

test('tokens that the model would have chosen are counted', async () => {
  const model = await goldenModel('llama')
  const batch = modelBatch('llama')
  const { right, counts } = await model.lossPerLine(batch, false)
  const V = model.config.vocabSize
  for (let line = 0; line < batch.B; line++) {
    const at = (t: number) => line * batch.T + t
    const length = batch.segments.subarray(at(0), at(batch.T)).filter((segment) => segment > 0).length
    const logits = await model.logits(batch.inputIds.slice(at(0), at(length)), false)
    const trained = [...Array(length).keys()].filter((t) => t > 0 && batch.labels[at(t)] !== IGNORE)
    const best = (t: number) => {
      const row = logits.subarray((t - 1) * V, t * V)
      return row.indexOf(Math.max(...row))
    }
    expect(counts[line]).toBe(trained.length)
    expect(right[line]).toBe(trained.filter((t) => best(t) === batch.labels[at(t)]).length)
  }
  model.destroy()
})

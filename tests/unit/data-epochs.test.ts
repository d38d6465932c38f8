import { expect, test } from 'vitest'
import { orderBatches } from '../../src/data/batches'

const settings = {
  num_train_epochs: 3,
  max_steps: -1,
  per_device_train_batch_size: 2,
  gradient_accumulation_steps: 2,
  max_length: 64,
  shuffle: true,
  group_by_length: false,
  packing: false,
}
const lengths = Array.from({ length: 23 }, (_, i) => 5 + ((i * 7) % 19))

for (const group_by_length of [false, true]) {
  test(`every epoch has an order of its own${group_by_length ? ', grouped by length' : ', that of the next seed'}`, () => {
    const plan = orderBatches(lengths, { ...settings, group_by_length }, 42)
    expect(plan.windows(1)).not.toEqual(plan.windows(0))
    const nextSeed = orderBatches(lengths, { ...settings, group_by_length }, 43).windows(0)
    if (group_by_length) expect(plan.windows(1)).not.toEqual(nextSeed)
    else expect(plan.windows(1)).toEqual(nextSeed)
    // A run that is continued asks for later steps first.
    expect(plan.window(plan.stepsPerEpoch)).toEqual(plan.windows(1)[0])
    expect([...plan.windows(2).flat(3)].sort((a, b) => a - b)).toEqual([...lengths.keys()])
  })
}

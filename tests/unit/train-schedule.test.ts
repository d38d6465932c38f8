import { describe, expect, it } from 'vitest'
import { learningRateAt, warmupSteps, type SchedulerType } from '../../src/run-file/schedules'

/**
 * Learning rates that torch 2.15's optimiser held before each step under transformers 5.23's
 * get_scheduler(name, AdamW(lr=2e-4), num_warmup_steps=w, num_training_steps=n).
 */
const golden: { type: SchedulerType; steps: number; warmup: number; lr: number[] }[] = [
  {
    type: 'linear',
    steps: 7,
    warmup: 0,
    lr: [
      0.0002, 0.00017142857142857143, 0.00014285714285714287, 0.00011428571428571428, 8.571428571428571e-5,
      5.714285714285714e-5, 2.857142857142857e-5,
    ],
  },
  {
    type: 'linear',
    steps: 20,
    warmup: 1,
    lr: [
      0.0, 0.0002, 0.00018947368421052632, 0.00017894736842105264, 0.00016842105263157895, 0.00015789473684210527,
      0.00014736842105263158, 0.0001368421052631579, 0.0001263157894736842, 0.00011578947368421053,
      0.00010526315789473685, 9.473684210526316e-5, 8.421052631578948e-5, 7.368421052631579e-5, 6.31578947368421e-5,
      5.2631578947368424e-5, 4.210526315789474e-5, 3.157894736842105e-5, 2.105263157894737e-5, 1.0526315789473684e-5,
    ],
  },
  {
    type: 'linear',
    steps: 5,
    warmup: 5,
    lr: [0.0, 4e-5, 8e-5, 0.00012, 0.00016],
  },
  {
    type: 'linear',
    steps: 3,
    warmup: 9,
    lr: [0.0, 2.2222222222222223e-5, 4.4444444444444447e-5],
  },
  {
    type: 'cosine',
    steps: 7,
    warmup: 0,
    lr: [
      0.0002, 0.0001900968867902419, 0.00016234898018587337, 0.00012225209339563145, 7.774790660436858e-5,
      3.7651019814126654e-5, 9.903113209758096e-6,
    ],
  },
  {
    type: 'cosine',
    steps: 20,
    warmup: 1,
    lr: [
      0.0, 0.0002, 0.00019863613034027224, 0.00019458172417006347, 0.0001879473751206489, 0.00017891405093963938,
      0.00016772815716257412, 0.00015469481581224272, 0.00014016954246529696, 0.00012454854871407994,
      0.00010825793454723325, 9.174206545276677e-5, 7.54514512859201e-5, 5.983045753470308e-5, 4.530518418775733e-5,
      3.227184283742591e-5, 2.1085949060360654e-5, 1.2052624879351104e-5, 5.418275829936537e-6, 1.3638696597277679e-6,
    ],
  },
  {
    type: 'cosine',
    steps: 5,
    warmup: 5,
    lr: [0.0, 4e-5, 8e-5, 0.00012, 0.00016],
  },
  {
    type: 'cosine',
    steps: 3,
    warmup: 9,
    lr: [0.0, 2.2222222222222223e-5, 4.4444444444444447e-5],
  },
  {
    type: 'constant',
    steps: 7,
    warmup: 0,
    lr: [0.0002, 0.0002, 0.0002, 0.0002, 0.0002, 0.0002, 0.0002],
  },
  {
    type: 'constant',
    steps: 5,
    warmup: 5,
    lr: [0.0002, 0.0002, 0.0002, 0.0002, 0.0002],
  },
  {
    type: 'constant',
    steps: 3,
    warmup: 9,
    lr: [0.0002, 0.0002, 0.0002],
  },
  {
    type: 'constant_with_warmup',
    steps: 7,
    warmup: 0,
    lr: [0.0002, 0.0002, 0.0002, 0.0002, 0.0002, 0.0002, 0.0002],
  },
  {
    type: 'constant_with_warmup',
    steps: 5,
    warmup: 5,
    lr: [0.0, 4e-5, 8e-5, 0.00012, 0.00016],
  },
  {
    type: 'constant_with_warmup',
    steps: 3,
    warmup: 9,
    lr: [0.0, 2.2222222222222223e-5, 4.4444444444444447e-5],
  },
]

describe('learning-rate schedule', () => {
  it.each(golden)('$type over $steps steps with $warmup of warmup', ({ type, steps, warmup, lr }) => {
    const run = { learning_rate: 2e-4, lr_scheduler_type: type, warmup_ratio: 0, warmup_steps: warmup }
    // Both sides are float64 of the same formula; cos may differ in the last bit between C libraries.
    lr.forEach((rate, i) => expect(Math.abs(learningRateAt(run, i + 1, steps) - rate)).toBeLessThan(1e-18))
  })

  it('counts warmup steps as transformers does', () => {
    expect(warmupSteps({ warmup_ratio: 0.03, warmup_steps: 0 }, 100)).toBe(3)
    expect(warmupSteps({ warmup_ratio: 0.03, warmup_steps: 0 }, 101)).toBe(4)
    expect(warmupSteps({ warmup_ratio: 0.5, warmup_steps: 2 }, 101)).toBe(2)
    expect(warmupSteps({ warmup_ratio: 0, warmup_steps: 0.1 }, 25)).toBe(3)
  })
})

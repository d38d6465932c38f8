import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/api/types'
import { firstWrong } from '../../src/state/settings'
import { createTrainRoom } from '../../src/state/train-room'
import { recommendedRun } from '../../src/run-file/run-file'

describe('what is entered in a field', () => {
  const room = () => createTrainRoom({} as Engine)
  const state = (train: ReturnType<typeof room>) => train.store.getState()

  test('what no run can have stands as it was written, and the run keeps its last good value', () => {
    const train = room()
    train.enter('learning_rate', 'abc', 'abc')
    expect(state(train).wrong.learning_rate).toMatchObject({
      text: 'abc',
      error: {
        code: 'setting-refused',
        message: '"learning_rate" cannot be "abc", so nothing starts with it. Enter a number > 0.',
      },
    })
    expect(state(train).run.learning_rate).toBe(recommendedRun.learning_rate)
    expect(firstWrong(state(train).wrong)).toBe('learning_rate')
  })
  test.each([
    ['max_length', 0, recommendedRun.max_length],
    ['learning_rate', 'abc', recommendedRun.learning_rate],
    ['lora.r', -1, recommendedRun.lora.r],
    ['num_train_epochs', 'x', 7],
  ] as const)('%s: %s, then %s: a good value clears the complaint, also the one from before', (path, bad, good) => {
    const train = room()
    train.enter(path, bad)
    train.enter('seed', 'x')
    expect(Object.keys(state(train).wrong)).toEqual([path, 'seed'])
    train.enter(path, good)
    expect(Object.keys(state(train).wrong)).toEqual(['seed'])
  })
  test('settings that come as a whole leave nothing wrong', () => {
    const train = room()
    train.enter('seed', 'x')
    train.setRun(recommendedRun)
    expect(state(train).wrong).toEqual({})
    train.enter('seed', 'x')
    train.resetRun(recommendedRun)
    expect(state(train).wrong).toEqual({})
  })
  test('without held-out rows nothing goes by them, and with some they are judged', () => {
    const train = room()
    train.enter('eval_split', 0.2)
    const on = { eval_strategy: 'steps', eval_steps: 0.1, load_best_model_at_end: true }
    expect(state(train).run).toMatchObject({ eval_split: 0.2, ...on })
    train.enter('save_strategy', 'best')
    train.enter('early_stopping_patience', 2)
    train.enter('eval_split', 0)
    const off = { eval_strategy: 'no', load_best_model_at_end: false, early_stopping_patience: null }
    expect(state(train).run).toMatchObject({ ...off, save_strategy: 'no' })
    // A second file judges, whatever the share is.
    train.setEvalFile({ name: 'held.json', rows: 9 })
    train.enter('eval_strategy', 'epoch')
    train.enter('eval_split', 0.1)
    train.enter('eval_split', 0)
    expect(state(train).run.eval_strategy).toBe('epoch')
  })
})

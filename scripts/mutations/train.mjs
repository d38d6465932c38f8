/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })

/** @type {Mutation[]} */
export const trainMutations = [
  {
    name: 'schedule: one step ahead of transformers',
    file: 'src/train/schedule.ts',
    find: 'run.lr_scheduler_type, step - 1,',
    replace: 'run.lr_scheduler_type, step,',
    test: unit('train-schedule'),
  },
  {
    name: 'schedule: warmup steps rounded down',
    file: 'src/train/schedule.ts',
    find: 'return Math.ceil(steps *',
    replace: 'return Math.floor(steps *',
    test: unit('train-schedule'),
  },
  {
    name: 'schedule: cosine forgets the warmup',
    file: 'src/train/schedule.ts',
    find: 'Math.PI * (done - warmup)',
    replace: 'Math.PI * done',
    test: unit('train-schedule'),
  },
  {
    name: 'session: each micro batch normalised by itself',
    file: 'src/train/session.ts',
    find: 'await trainer.accumulate(batch, numItems)',
    replace: 'await trainer.accumulate(batch, Math.max(1, batch.trainedTokens) * batches.length)',
    test: unit('train-session'),
  },
  {
    name: 'session: a continued run counts its tokens from 0',
    file: 'src/train/session.ts',
    find: 'let numTokens = log.at(-1)?.num_tokens ?? 0',
    replace: 'let numTokens = 0',
    test: unit('train-session'),
  },
  {
    name: 'session: a broken number does not name its rows',
    file: 'src/train/session.ts',
    find: 'rows: params.rows.length > 0 ? params.rows : rows }',
    replace: 'rows: params.rows }',
    test: unit('train-session'),
  },
  {
    name: 'session: the GPU waits for every result',
    file: 'src/train/session.ts',
    find: '    const next = await queue(trainer, run, window, step, steps)',
    replace: '    await settle()\n    const next = await queue(trainer, run, window, step, steps)',
    test: unit('train-session'),
  },
  {
    name: 'run file: the budget of the states is forgotten',
    file: 'src/train/windows.ts',
    find: 'optimizerBudgetBytes: stateBudgetBytes(run.optim_args),',
    replace: '',
    test: unit('train-run-file'),
  },
]

/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })

/** @type {Mutation[]} */
export const trainMutations = [
  {
    name: 'schedule: one step ahead of transformers',
    file: 'src/run-file/schedules.ts',
    find: 'run.lr_scheduler_type, step - 1,',
    replace: 'run.lr_scheduler_type, step,',
    test: unit('train-schedule'),
  },
  {
    name: 'schedule: warmup steps rounded down',
    file: 'src/run-file/schedules.ts',
    find: 'return Math.ceil(steps *',
    replace: 'return Math.floor(steps *',
    test: unit('train-schedule'),
  },
  {
    name: 'schedule: cosine forgets the warmup',
    file: 'src/run-file/schedules.ts',
    find: 'Math.PI * (done - warmup)',
    replace: 'Math.PI * done',
    test: unit('train-schedule'),
  },
  {
    name: 'session: each micro batch normalised by itself',
    file: 'src/train/loop.ts',
    find: 'await trainer.accumulate(batch, numItems)',
    replace: 'await trainer.accumulate(batch, Math.max(1, batch.trainedTokens) * batches.length)',
    test: unit('train-session'),
  },
  {
    name: 'session: a continued run counts its tokens from 0',
    file: 'src/train/loop.ts',
    find: 'let numTokens = log.at(-1)?.num_tokens ?? 0',
    replace: 'let numTokens = 0',
    test: unit('train-session'),
  },
  {
    name: 'session: a broken number does not name its rows',
    file: 'src/train/loop.ts',
    find: 'rows: params.rows.length > 0 ? params.rows : rows }',
    replace: 'rows: params.rows }',
    test: unit('train-session'),
  },
  {
    name: 'session: the GPU waits for every result',
    file: 'src/train/loop.ts',
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
  {
    name: 'interlude: taken while a window is still queued',
    file: 'src/train/loop.ts',
    find: '    await settle()\n    for (const one of due)',
    replace: '    for (const one of due)',
    test: unit('train-session'),
  },
  {
    name: 'control: a paused run goes on beside its guest',
    file: 'src/train/run-control.ts',
    find: '      await this.guests\n',
    replace: '',
    test: unit('train-session'),
  },
  {
    name: 'control: a guest is not asked to end',
    file: 'src/train/run-control.ts',
    find: '    this.guestsEnd.abort()\n',
    replace: '',
    test: unit('train-session'),
  },
  {
    name: 'checkpoints: the newest one is let go with the others',
    file: 'src/formats/checkpoint-folder.ts',
    find: 'const last = finished ? undefined : all.findLast',
    replace: 'const last = all.length > 0 ? undefined : all.findLast',
    test: unit('train-checkpoints'),
  },
  {
    name: 'checkpoints: a write that broke off counts as one',
    file: 'src/formats/checkpoint-folder.ts',
    find: 'one.whole ||= match[2] === RUN_STATE',
    replace: 'one.whole = true',
    test: unit('train-checkpoints'),
  },
  {
    name: 'checkpoints: another data set is gone on with',
    file: 'src/engine/core/run-checkpoints.ts',
    find: 'if (facts.data !== fingerprint(rows))',
    replace: 'if (!facts.data)',
    test: unit('engine-run'),
  },
  {
    name: 'samples: the prompt holds the first token of the answer',
    file: 'src/engine/core/row-prompts.ts',
    find: 'const ids = row.inputIds.slice(0, at)',
    replace: 'const ids = row.inputIds.slice(0, at + 1)',
    test: unit('engine-run'),
  },
  {
    name: 'zip: places beyond 4 GiB cut to 32 bits',
    file: 'src/formats/zip.ts',
    find: 'const isLarge = (value: number) => value >= ELSEWHERE',
    replace: 'const isLarge = (_value: number) => false',
    test: unit('formats-zip'),
  },
]

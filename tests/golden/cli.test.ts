import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driverManifest } from '../../src/headless/dawn'
import { onlyLine, tune } from '../helpers/tune'

interface Evaluation {
  loss: number
  num_trained_tokens: number
  per_row: {
    row: number
    loss: number
    num_trained_tokens: number
    base_loss?: number
    during?: { step: number; loss: number }[]
    tokens?: { base: number | null; tuned: number | null }[]
  }[]
}
interface State {
  log_history: Record<string, number>[]
  global_step: number
}

const run = {
  learning_rate: 3e-3,
  num_train_epochs: 2,
  per_device_train_batch_size: 1,
  gradient_accumulation_steps: 2,
  lr_scheduler_type: 'constant',
  max_length: 48,
  logging_steps: 1,
  save_strategy: 'steps',
  save_steps: 1,
  seed: 7,
  lora: { r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: ['q_proj', 'down_proj'] },
}
const rows = [
  {
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Ahoy, small boat.' },
    ],
  },
  {
    messages: [
      { role: 'user', content: '你好' },
      { role: 'assistant', content: '小船，早上好。' },
    ],
  },
  {
    messages: [
      { role: 'user', content: 'What is red?' },
      { role: 'assistant', content: 'The light at the pier.' },
    ],
  },
]

let dir: string
let out: string
let data: string
// The wiring is the same on every adapter; lavapipe compiles kernels several times faster, and each command compiles
// anew.
const hasLavapipe = Boolean(driverManifest('lavapipe'))
const gpu = ['--gpu', hasLavapipe ? 'lavapipe' : 'swiftshader']
/** A round on another adapter would do the very same again. */
const isDone = hasLavapipe && process.env.TUNETAB_GPU === 'swiftshader'
const model = ['--model', 'builtin']
const evaluate = async (...more: string[]) =>
  onlyLine<Evaluation>(await tune(['eval', ...model, '--data', data, ...more, ...gpu]))
const state = (folder: string) => JSON.parse(readFileSync(join(folder, 'trainer_state.json'), 'utf8')) as State
const adapterBytes = (folder: string) => readFileSync(join(folder, 'adapter/adapter_model.safetensors'))

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tunetab-cli-'))
  out = join(dir, 'out')
  data = join(dir, 'data.json')
  writeFileSync(data, JSON.stringify(rows))
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run))
})
afterAll(() => rmSync(dir, { recursive: true }))

/** The whole way through the command line on the built-in model, each command a process of its own. */
describe.skipIf(isDone)('command line on a GPU', () => {
  test('train writes adapter, trainer_state and the merged model', async () => {
    const ended = await tune([
      'train',
      ...model,
      '--data',
      data,
      '--config',
      join(dir, 'run.json'),
      '--out',
      out,
      '--merge',
      ...gpu,
    ])
    const result = onlyLine<{ status: string; steps: number; first_loss: number; last_loss: number }>(ended)
    expect(result).toMatchObject({ status: 'finished', steps: 4 })
    expect(result.last_loss).toBeLessThan(result.first_loss)
    expect(ended.err).toContain('step 4 of 4')
    const { log_history, global_step } = state(out)
    expect(global_step).toBe(4)
    expect(log_history.filter((row) => 'loss' in row).map((row) => [row.step, row.epoch])).toEqual([
      [1, 2 / 3],
      [2, 1],
      [3, 1 + 2 / 3],
      [4, 2],
    ])
    expect(readdirSync(join(out, 'adapter'))).toEqual(
      expect.arrayContaining([
        'README.md',
        'adapter_config.json',
        'adapter_model.safetensors',
        'chat_template.jinja',
        'tokenizer.json',
      ]),
    )
    const info = onlyLine<{ family: string }>(await tune(['info', '--model', join(out, 'merged')]))
    expect(info.family).toBe('qwen2')
  })

  test('the adapter lowers the loss of the rows it learnt', async () => {
    const base = await evaluate()
    const tuned = await evaluate('--lora', join(out, 'adapter'), '--batch-size', '1')
    expect(tuned.num_trained_tokens).toBe(base.num_trained_tokens)
    expect(tuned.per_row.map((row) => row.row)).toEqual([1, 2, 3])
    for (const [i, row] of tuned.per_row.entries()) expect(row.loss).toBeLessThan(base.per_row[i].loss)
    // Rows in other batches, padded otherwise: the same loss but for the order of sums.
    const together = await evaluate('--run', out, '--tokens', '--batch-size', '3')
    for (const [i, row] of together.per_row.entries()) {
      expect(Math.abs(row.loss - tuned.per_row[i].loss)).toBeLessThan(1e-5)
      expect(Math.abs(row.base_loss! - base.per_row[i].loss)).toBeLessThan(1e-5)
      // Two passes over the data; in the first step the adapter is still nothing, so that the loss is the base's.
      expect(row.during).toHaveLength(2)
      if (row.during![0].step === 1) expect(Math.abs(row.during![0].loss - row.base_loss!)).toBeLessThan(1e-4)
      const trained = row.tokens!.filter(({ base: odds }) => odds !== null)
      expect(trained).toHaveLength(row.num_trained_tokens)
      for (const [side, loss] of [
        ['base', row.base_loss!],
        ['tuned', row.loss],
      ] as const) {
        const sum = trained.reduce((all, token) => all + token[side]!, 0)
        expect(Math.abs(sum / -row.num_trained_tokens - loss)).toBeLessThan(1e-5)
      }
    }
  })

  test('a resumed run ends with the same bits, also past a damaged checkpoint', async () => {
    const again = join(dir, 'again')
    cpSync(out, again, { recursive: true })
    rmSync(join(again, 'adapter'), { recursive: true })
    const states = join(again, 'checkpoint-3/optimizer.safetensors')
    const bytes = readFileSync(states)
    bytes[bytes.length >> 1] ^= 1
    writeFileSync(states, bytes)
    const resume = (from: string) => tune(['train', ...model, '--data', data, '--resume', from, '--out', again, ...gpu])
    const named = await resume(join(again, 'checkpoint-3'))
    expect(named.code).toBe(1)
    expect(named.err).toContain(`optimizer.safetensors`)
    expect(named.err).toContain(`The last whole checkpoint is ${join(again, 'checkpoint-2')}`)
    const ended = await resume(again)
    onlyLine(ended)
    expect(ended.err).toMatch(/checkpoint-3 is damaged/)
    expect(ended.err).toMatch(/going on after step 2 of the run begun .*checkpoint-2\n/)
    expect(adapterBytes(again).equals(adapterBytes(out))).toBe(true)
    const losses = (folder: string) =>
      state(folder).log_history.map((row) => [row.step, row.loss, row.grad_norm, row.num_tokens])
    expect(losses(again)).toEqual(losses(out))
  })

  test('a branch of a checkpoint is repeated from its run file, bit by bit', async () => {
    const [branched, again] = [join(dir, 'branched'), join(dir, 'repeated')]
    const change = ['--resume', join(out, 'checkpoint-2'), '--branch', 'learning_rate=1e-3,steps=5']
    const ended = onlyLine<{ steps: number }>(
      await tune(['train', ...model, '--data', data, ...change, '--out', branched, ...gpu]),
    )
    expect(ended.steps).toBe(5)
    const config = join(branched, 'adapter/run.json')
    expect(JSON.parse(readFileSync(config, 'utf8'))).toMatchObject({
      history: [{ after: 2, learning_rate: 1e-3, steps: 5 }],
    })
    onlyLine(await tune(['train', ...model, '--data', data, '--config', config, '--out', again, ...gpu]))
    expect(adapterBytes(again).equals(adapterBytes(branched))).toBe(true)
  })

  test('a queue trains run after run, each in its folder, and again only what is missing', async () => {
    const all = join(dir, 'queue')
    const file = join(dir, 'short.json')
    writeFileSync(file, JSON.stringify({ ...run, max_steps: 2, save_strategy: 'no' }))
    const args = ['queue', ...model, '--data', data, '--config', file, '--sweep', 'learning_rate=1e-3,2e-3']
    const queue = () => tune([...args, '--out', all, ...gpu])
    const { runs } = onlyLine<{ runs: { name: string; status: string; steps: number }[] }>(await queue())
    const names = ['short-learning_rate=0.001', 'short-learning_rate=0.002']
    expect(runs.map(({ name, status, steps }) => [name, status, steps])).toEqual(
      names.map((name) => [name, 'finished', 2]),
    )
    const [first, second] = names.map((name) => adapterBytes(join(all, name)))
    expect(first.equals(second)).toBe(false)
    // A run that was never noted is what a machine leaves that lost its power.
    writeFileSync(
      join(all, 'queue.json'),
      JSON.stringify(JSON.parse(readFileSync(join(all, 'queue.json'), 'utf8')).slice(0, 1)),
    )
    rmSync(join(all, names[1], 'adapter'), { recursive: true })
    const ended = await queue()
    expect(ended.err).toContain(`${names[0]} is done`)
    expect(onlyLine(ended)).toMatchObject({ runs: [{ name: names[0] }, { name: names[1], status: 'finished' }] })
    expect(adapterBytes(join(all, names[1])).equals(second)).toBe(true)
  })

  test('--init-lora starts from the adapter given, and refuses a run file that states another', async () => {
    const config = (lora: object) => {
      writeFileSync(
        join(dir, 'next.json'),
        JSON.stringify({ ...run, max_steps: 1, learning_rate: 1e-9, lora, save_strategy: 'no' }),
      )
      return ['--config', join(dir, 'next.json'), '--init-lora', join(out, 'adapter'), '--out', join(dir, 'next')]
    }
    await tune(['train', ...model, '--data', data, ...config({ lora_dropout: 0 }), ...gpu]).then(onlyLine)
    const before = await evaluate('--lora', join(out, 'adapter'))
    const after = await evaluate('--lora', join(dir, 'next/adapter'))
    // One step of 1e-9 moves no number by more than that; a fresh adapter would be off by tenths.
    expect(Math.abs(after.loss - before.loss)).toBeLessThan(1e-5)
    const refused = await tune(['train', ...model, '--data', data, ...config({ r: 9 }), ...gpu])
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('lora.r')
    expect(refused.err).toContain(`${join(dir, 'next')} holds the adapter of an earlier run`)
  })

  test('an interrupt stops the run and keeps what was learnt', async () => {
    writeFileSync(join(dir, 'long.json'), JSON.stringify({ ...run, num_train_epochs: 500, save_strategy: 'no' }))
    const stopped = join(dir, 'stopped')
    const ended = await tune(
      ['train', ...model, '--data', data, '--config', join(dir, 'long.json'), '--out', stopped, ...gpu],
      'step 1 of',
    )
    expect(onlyLine<{ status: string; steps: number }>(ended).status).toBe('stopped')
    expect(adapterBytes(stopped).length).toBeGreaterThan(1000)
  })

  test('a closed terminal ends no run, a hang-up ends it well, and meanwhile its folder is its own', async () => {
    writeFileSync(join(dir, 'long.json'), JSON.stringify({ ...run, num_train_epochs: 5000, save_strategy: 'no' }))
    const own = join(dir, 'own')
    const args = ['train', ...model, '--data', data, '--config', join(dir, 'long.json'), '--out', own, ...gpu]
    const child = spawn(process.execPath, ['scripts/tune.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let result = ''
    child.stdout.on('data', (chunk) => (result += chunk))
    await new Promise<void>((resolve) =>
      child.stderr.on('data', (chunk) => String(chunk).includes('step 1 of') && resolve()),
    )
    // Whoever read its words is gone.
    child.stderr.destroy()
    const second = await tune(args)
    expect([second.code, second.out]).toEqual([2, ''])
    expect(second.err).toContain(`id ${child.pid}`)
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    child.kill('SIGHUP')
    expect(await ended).toBe(0)
    expect(JSON.parse(result)).toMatchObject({ status: 'stopped', adapter: join(own, 'adapter') })
    expect(readdirSync(own).sort()).toEqual(['adapter', 'inputs.json', 'row_losses.jsonl', 'trainer_state.json'])
  })

  test('an interrupt before the first step leaves nothing that could be taken for learnt', async () => {
    const none = join(dir, 'none')
    const ended = await tune(
      ['train', ...model, '--data', data, '--config', join(dir, 'run.json'), '--out', none, ...gpu],
      'compiling',
    )
    expect(onlyLine(ended)).toMatchObject({
      status: 'stopped',
      steps: 0,
      train_loss: null,
      adapter: null,
      trainer_state: null,
    })
    expect(readdirSync(none)).toEqual([])
    expect(ended.err).toContain('before its first step')
  })

  test('what fails after training leaves the adapter, and says where', async () => {
    const late = join(dir, 'late')
    mkdirSync(join(late, 'trainer_state.json'), { recursive: true })
    writeFileSync(join(dir, 'one.json'), JSON.stringify({ ...run, max_steps: 1, save_strategy: 'no' }))
    const ended = await tune([
      'train',
      ...model,
      '--data',
      data,
      '--config',
      join(dir, 'one.json'),
      '--out',
      late,
      ...gpu,
    ])
    expect(ended.code).toBe(1)
    const kept = JSON.parse(ended.out) as { adapter: string; trainer_state: string }
    expect(kept.adapter).toBe(join(late, 'adapter'))
    expect(adapterBytes(late).length).toBeGreaterThan(1000)
    // The state had to go elsewhere, and the error names the place.
    expect(ended.err).toContain(`is kept in ${kept.trainer_state}`)
    expect(JSON.parse(readFileSync(kept.trainer_state, 'utf8'))).toMatchObject({ global_step: 1 })
    rmSync(dirname(kept.trainer_state), { recursive: true })
  })

  test('generate gives new tokens only, and the same ones alone and among others', async () => {
    const ask = ['generate', ...model, '--max-new-tokens', '6', ...gpu]
    const first = onlyLine<{ token_ids: number[]; text: string }>(await tune([...ask, '--prompt', 'Hello', '--json']))
    expect(first.token_ids.length).toBeGreaterThan(0)
    expect(first.token_ids.length).toBeLessThanOrEqual(6)
    expect(first.text).not.toContain('<|im_')
    const prompts = join(dir, 'prompts.txt')
    writeFileSync(prompts, '\ufeffHello\r\n\r\nWho are you?\r\nHello')
    const many = await tune([...ask, '--prompts', prompts])
    const answers = many.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as typeof first & { line: number })
    expect(answers.map(({ line }) => line)).toEqual([1, 3, 4])
    for (const at of [0, 2]) expect(answers[at]).toMatchObject(first)
    expect(answers[1].token_ids.length).toBeGreaterThan(0)
  })

  test('numbers that break stop the run, with step and rows named', async () => {
    // Just below f32's largest number: the second step's activations overflow.
    const wild = {
      ...run,
      learning_rate: 3e38,
      max_grad_norm: 0,
      num_train_epochs: 9,
      save_strategy: 'no',
      lora: { r: 4, lora_alpha: 8 },
    }
    writeFileSync(join(dir, 'nan.json'), JSON.stringify(wild))
    const ended = await tune([
      'train',
      ...model,
      '--data',
      data,
      '--config',
      join(dir, 'nan.json'),
      '--out',
      join(dir, 'nan'),
      ...gpu,
    ])
    expect([ended.code, ended.out]).toEqual([1, ''])
    expect(ended.err).toMatch(/Step [2-9] .*rows [123]/)
    expect(adapterBytes(join(dir, 'nan')).length).toBeGreaterThan(1000)
  })
})

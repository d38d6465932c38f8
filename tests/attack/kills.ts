import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFolder, nodePlace } from '../../src/storage/node/node-folder'
import { finishDrafts } from '../../src/formats/whole-folder'
import { findCheckpoint } from '../../src/train/find-checkpoint'
import { TuneError } from '../../src/errors'
import { Random } from './random'
import { newTally, note, type Tally } from './tally'

const ROWS = ['Hello', 'What is red?', 'Who is there?'].map((content) => ({
  messages: [
    { role: 'user', content },
    { role: 'assistant', content: 'Ahoy, small boat.' },
  ],
}))
const RUN = {
  learning_rate: 3e-3,
  max_steps: 40,
  per_device_train_batch_size: 1,
  gradient_accumulation_steps: 1,
  max_length: 48,
  save_strategy: 'steps',
  save_steps: 1,
  save_total_limit: 3,
  lora: { r: 4, lora_alpha: 8, target_modules: ['q_proj', 'down_proj'] },
}
/** After a run has begun it makes a step in a tenth of a second or a few; kills fall within so long. */
const WINDOW_MS = 3000

interface Run {
  out: string
  err: string
  code: number | null
  seconds: number
}

/** Runs the command line; `kill` ends it with this signal so many milliseconds after its first step. */
function tune(args: string[], kill?: { signal: NodeJS.Signals; afterMs: number }): Promise<Run> {
  const began = performance.now()
  const child = spawn(process.execPath, ['scripts/tune.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended: Run = { out: '', err: '', code: null, seconds: 0 }
  let timer: NodeJS.Timeout | null = null
  child.stdout.on('data', (chunk) => (ended.out += chunk))
  child.stderr.on('data', (chunk) => {
    ended.err += chunk
    if (kill && timer === null && /step \d+ of/.test(ended.err))
      timer = setTimeout(() => child.kill(kill.signal), kill.afterMs)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (timer) clearTimeout(timer)
      resolve({ ...ended, code, seconds: (performance.now() - began) / 1000 })
    })
  })
}

/**
 * Kills of the command line in the midst of training, on each of `gpus`, one after another in the same folder. It holds
 * where what lies there afterwards is whole, the next start goes on from it, and no step that was kept is lost.
 */
export async function attackByKilling(count: number, gpus: readonly string[], first = 1): Promise<Tally[]> {
  const tallies: Tally[] = []
  for (const gpu of gpus) {
    const tally = newTally(`kills, ${gpu}`)
    const folder = await mkdtemp(join(tmpdir(), 'tunetab-kills-'))
    try {
      writeFileSync(join(folder, 'data.json'), JSON.stringify(ROWS))
      writeFileSync(join(folder, 'run.json'), JSON.stringify(RUN))
      for (let seed = first; seed < first + Math.ceil(count / gpus.length); seed++)
        note(tally, `seed ${seed}`, await once(new Random(seed), folder, gpu))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    tallies.push(tally)
  }
  return tallies
}

async function once(random: Random, folder: string, gpu: string): Promise<string | null> {
  const out = join(folder, 'out')
  const given = ['--model', 'builtin', '--data', join(folder, 'data.json'), '--out', out, '--gpu', gpu]
  const before = lastStep(out)
  // Near its end a run is begun anew: otherwise there would be nothing left to kill.
  if (before >= RUN.max_steps - 8) rmSync(out, { recursive: true, force: true })
  const start = before > 0 && existsSync(out) ? ['--resume', out] : ['--config', join(folder, 'run.json')]
  const signal = random.of(['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const)
  const ended = await tune(['train', ...given, ...start], { signal, afterMs: random.below(WINDOW_MS) })
  if (/unexpected|TypeError|RangeError|\bat .*\.ts:/.test(ended.err)) return `raw: ${ended.err.slice(-300)}`
  if (start[0] === '--resume' && !/step \d+ of/.test(ended.err)) return `did not go on: ${ended.err.slice(-300)}`
  try {
    await finishDrafts(nodePlace(out))
    const found = await findCheckpoint(nodeFolder(out))
    const damaged = found.notes.filter(({ code }) => code === 'train-checkpoint-passed-over')
    if (damaged.length > 0) return damaged[0].message
    if (start[0] === '--resume' && found.facts.steps < before) return `step ${found.facts.steps} after ${before}`
    return null
  } catch (error) {
    // Killed before its first checkpoint was whole.
    if (error instanceof TuneError && error.code === 'train-no-checkpoint' && before === 0) return null
    return String(error)
  }
}

function lastStep(out: string): number {
  if (!existsSync(out)) return 0
  const steps = readdirSync(out).flatMap((name) => /^checkpoint-(\d+)$/.exec(name)?.[1] ?? [])
  const whole = steps.filter((step) => existsSync(join(out, `checkpoint-${step}`, 'manifest.json')))
  return Math.max(0, ...whole.map(Number))
}

/** A disk that is full: a file system of `bytes`, where this account may mount one. */
export async function attackDisks(sizes: readonly number[], gpu: string): Promise<Tally | null> {
  const tally = newTally('full disks')
  for (const kib of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'tunetab-disk-'))
    const disk = join(folder, 'disk')
    const mounted = await shell(`mkdir ${disk} && mount -t tmpfs -o size=${kib}k tmpfs ${disk}`)
    if (!mounted) {
      rmSync(folder, { recursive: true, force: true })
      return null
    }
    try {
      writeFileSync(join(folder, 'data.json'), JSON.stringify(ROWS))
      writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...RUN, max_steps: 4 }))
      const out = join(disk, 'out')
      const ended = await tune(
        [
          'train',
          '--model',
          'builtin',
          '--data',
          join(folder, 'data.json'),
          '--config',
          join(folder, 'run.json'),
        ].concat(['--out', out, '--gpu', gpu]),
      )
      note(tally, `${kib} KiB`, diskProblem(ended, out))
    } finally {
      await shell(`umount ${disk}`)
      rmSync(folder, { recursive: true, force: true })
    }
  }
  return tally
}

/** It ended well, or said by name what could not be written; and the adapter of a run that ended lies somewhere. */
function diskProblem({ code, err, out: said }: Run, out: string): string | null {
  if (/unexpected|TypeError|\bat .*\.ts:/.test(err)) return `raw: ${err.slice(-300)}`
  if (code === 0) {
    const adapter = (JSON.parse(said) as { adapter?: string }).adapter ?? join(out, 'adapter')
    const weights = join(adapter, 'adapter_model.safetensors')
    if (!existsSync(weights) || readFileSync(weights).length === 0) return 'ended well without an adapter'
    return null
  }
  return /error: /.test(err) ? null : `exit ${code}: ${err.slice(-300)}`
}

const shell = (command: string) =>
  new Promise<boolean>((resolve) => {
    spawn('sh', ['-c', command], { stdio: 'ignore' }).on('close', (code) => resolve(code === 0))
  })

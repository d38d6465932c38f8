import { readFile, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { ByteSource } from '../../contracts/bytes'
import type { Engine } from '../../engine/api/types'
import { fail, TuneError } from '../../errors'
import { listCheckpoints } from '../../formats/checkpoint-folder'
import { finishDrafts } from '../../formats/whole-folder'
import type { RunFile } from '../../run-file/run-file'
import { readAxis, sweepRuns } from '../../run-file/sweep'
import { nodePlace } from '../../storage/node/node-folder'
import type { Command, CommandContext } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { dataAt, dataOptionSpecs } from './data'
import { engineWithModel } from './engine'
import { makeOut } from './inputs'
import { keepText, takeFolder } from './results'
import { checkpointAt } from './resume'
import { readRun } from './run-config'
import { judgedBy } from './train'
import { trainOne } from './training/one-run'

interface Entry {
  /** Its folder in `--out`. */
  name: string
  run: RunFile
}

/** What a queue notes of a run, so that it is not trained again. */
interface Noted {
  name: string
  run: RunFile
  /** On what it was trained, as `inputsOf` says it. */
  inputs: string
  result: Record<string, unknown> | null
  error: string | null
}

const NOTES = 'queue.json'

class Interrupted extends Error {}

/** Model and data by place, size and time of change: what is trained on others is another run. */
async function inputsOf({ options, root }: CommandContext): Promise<string> {
  const { model } = options as { model: string }
  const places = [model === 'builtin' ? join(root, 'public/demo-model') : model, options.data as string]
  const found = await Promise.all(
    places.map(async (path) => {
      const { size, mtimeMs } = await stat(path)
      return [resolve(path), size, mtimeMs]
    }),
  )
  const said = Object.keys(dataOptionSpecs).filter((name) => name !== 'data')
  return JSON.stringify([...found, ...said.map((name) => options[name] ?? null)])
}

export const queueCommand: Command = {
  summary: 'Train several runs one after another, each in a folder of its own. Started again, it goes on where it was.',
  options: {
    model: modelOption,
    ...dataOptionSpecs,
    config: { ...configOption, many: true, help: `${configOption.help}; may be given several times` },
    sweep: {
      value: 'FIELD=LIST',
      many: true,
      help: 'each run file with each of these values, such as learning_rate=1e-4,2e-4; two of them: every pair',
    },
    out: { value: 'DIR', required: true, help: 'gets a folder for each run, and queue.json' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const out = options.out as string
    const entries = await readEntries(context)
    const data = await dataAt(options)
    const seconds = new Map<string, ByteSource>()
    for (const { run } of entries)
      if (run.eval_data !== null) seconds.set(run.eval_data, await dataAt({ 'eval-data': run.eval_data }, 'eval-data'))
    await makeOut(out, { '--model': options.model as string }, root)
    takeFolder(out, 'tune queue', terminal)
    const notes = await readNotes(out)
    const inputs = await inputsOf(context)
    let stop: (() => void) | null = null
    let isStopped = false
    context.onInterrupt(() => {
      isStopped = true
      stop?.()
    })
    const own = (options_: CommandContext['options']): CommandContext => ({
      ...context,
      options: options_,
      onInterrupt(listener) {
        // Pressed while model or data were still on their way: this run does not begin.
        if (isStopped) throw new Interrupted()
        stop = listener
      },
    })
    let engine: Engine | null = null
    let loaded = ''
    for (const [i, { name, run }] of entries.entries()) {
      stop = null
      if (isStopped) break
      const folder = join(out, name)
      const known = notes.get(name)
      if (known?.result?.status === 'finished' && known.inputs === inputs && same(known.run, run)) {
        // What was written to another place is there: the earlier start said where.
        notes.set(name, { ...known, error: null })
        terminal.line(`${i + 1} of ${entries.length}: ${name} is done`)
        continue
      }
      terminal.line(`${i + 1} of ${entries.length}: ${name}`)
      const noted: Noted = { name, run, inputs, result: null, error: null }
      try {
        await makeOut(folder, {}, root)
        takeFolder(folder, 'tune queue', terminal)
        await finishDrafts(nodePlace(folder))
        const wanted = JSON.stringify(run.quantization)
        // A device that was lost took the model with it.
        if (!engine?.model() || wanted !== loaded) {
          await engine?.dispose()
          engine = null
          engine = await engineWithModel(context, run.quantization)
          loaded = wanted
        }
        const resumed = await ownCheckpoint(folder, run, root, context)
        const evalData = run.eval_data === null ? null : seconds.get(run.eval_data)!
        const mine = own({ ...options, out: folder })
        const ended = await trainOne({ engine, context: mine, run, data, evalData, continued: false, resumed })
        noted.result = ended.result
        noted.error = ended.elsewhere?.message ?? null
      } catch (error) {
        if (error instanceof Interrupted) break
        // The others have their turn all the same.
        noted.error = error instanceof TuneError ? error.message : String(error)
      }
      if (noted.error !== null) terminal.line(`error: ${noted.error}`)
      notes.set(name, noted)
      await keepText(out, NOTES, `${JSON.stringify([...notes.values()], null, 2)}\n`)
    }
    const runs = entries.map(({ name }) => {
      const { result = null, error = null } = notes.get(name) ?? {}
      return { name, ...(result ?? { status: error === null ? 'waiting' : 'failed' }), error }
    })
    terminal.json({ runs })
    const failed = runs.filter(({ error }) => error !== null)
    if (failed.length > 0)
      throw fail('queue-failed', {
        failed: failed.map(({ name }) => name),
        runs: runs.length,
        notes: join(out, NOTES),
      })
  },
}

async function readEntries({ options, terminal }: CommandContext): Promise<Entry[]> {
  const axes = ((options.sweep as string[] | undefined) ?? []).map((value) => {
    const axis = readAxis(value)
    if (!axis) throw fail('cli-option-value', { option: '--sweep', value, expected: 'FIELD=VALUE,VALUE' })
    return axis
  })
  const paths = (options.config as string[] | undefined) ?? [undefined]
  const entries: Entry[] = []
  for (const path of paths) {
    const { run } = await readRun(path, terminal)
    const stem = path === undefined ? 'run' : basename(path).replace(/\.\w+$/, '')
    for (const swept of sweepRuns(judgedBy(run.eval_data, run), axes))
      entries.push({ name: fileName(`${stem} ${swept.name}`.trim()), run: swept.run })
  }
  const names = entries.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw fail('cli-queue-twice', { name: twice })
  return entries
}

const fileName = (name: string) => name.replace(/[^\p{L}\p{N}_=.+-]+/gu, '-')

/** A checkpoint of this very run, which an earlier start left; null: it begins anew. */
async function ownCheckpoint(folder: string, run: RunFile, root: string, { terminal }: CommandContext) {
  if (!(await listCheckpoints(nodePlace(folder))).some(({ whole }) => whole)) return null
  const found = await checkpointAt(folder, root, terminal)
  return same({ ...found.run, history: [] }, { ...run, history: [] }) ? found : null
}

const same = (a: RunFile, b: RunFile) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([k, v]) => [k, sorted(v)]),
      )
    : value

async function readNotes(out: string): Promise<Map<string, Noted>> {
  try {
    const read = JSON.parse(await readFile(join(out, NOTES), 'utf8')) as Noted[]
    return new Map(read.map((one) => [one.name, one]))
  } catch {
    // None yet, or half of one: what is whole in the folders is found all the same.
    return new Map()
  }
}

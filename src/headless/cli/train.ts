import { randomUUID } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine, TrainOutcome } from '../../engine/api/types'
import { fail } from '../../errors'
import { listCheckpoints } from '../../formats/checkpoint-folder'
import { finishDrafts, writeWhole } from '../../formats/whole-folder'
import { nodePlace } from '../../storage/node/node-folder'
import type { ParsedRunFile } from '../../run-file/parse-run-file'
import type { RunFile } from '../../run-file/run-file'
import type { Command, CommandContext } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { folderAt, makeOut } from './inputs'
import type { Options } from './options'
import { checkpointAt } from './resume'
import { keepFolder, keepText, lastWhole, takeFolder } from './results'
import { RowLosses } from './row-losses'
import { keepInputs } from './run-inputs'
import { readRun } from './run-config'
import type { Terminal } from './terminal'
import type { RunFacts } from '../../run-file/run-facts'
import type { AdapterCard } from '../../contracts/lora'
import type { TrainEvent } from '../../contracts/events'
import { ADAPTER_WEIGHTS } from '../../contracts/file-names'

export const trainCommand: Command = {
  summary: 'Fine-tune a LoRA adapter. Ctrl-C stops and saves what was learnt.',
  options: {
    model: modelOption,
    ...dataOptionSpecs,
    'eval-data': {
      value: 'FILE',
      help: 'rows to judge the run by, which are never trained; else eval_split holds some out',
    },
    config: configOption,
    out: { value: 'DIR', required: true, help: 'gets adapter/, trainer_state.json and, with --merge, merged/' },
    'init-lora': { value: 'DIR', help: 'start from this PEFT adapter; its r, alpha and targets are taken' },
    resume: { value: 'DIR', help: 'go on from a checkpoint-N folder (or the last one in DIR), bit-identically' },
    merge: { help: "also write the merged model, onto the source's own weights" },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const out = options.out as string
    for (const other of ['config', 'init-lora']) {
      if (options.resume !== undefined && options[other] !== undefined)
        throw fail('cli-options-exclude', { first: '--resume', second: `--${other}` })
    }
    if (options.resume) await folderAt('--resume', options.resume as string, root)
    const written = options.resume ? null : await readRun(options.config as string | undefined, terminal)
    const data = await dataAt(options)
    const start = options['init-lora'] ? await folderAt('--init-lora', options['init-lora'] as string, root) : null
    await makeOut(out, { '--model': options.model as string }, root)
    if (options.merge) await makeOut(mergedFolder(options), { '--model': options.model as string }, root)
    takeFolder(out, 'tune train', terminal)
    if (options.merge) takeFolder(mergedFolder(options), 'tune train --merge', terminal)
    await finishDrafts(nodePlace(out))
    const resumed = options.resume ? await checkpointAt(options.resume as string, root, terminal) : null
    // A continued run follows its checkpoint; other settings would make it another run.
    const parsed = written ?? { run: resumed!.run, stated: new Set<string>(), warnings: [] }
    const evalPath = (options['eval-data'] as string | undefined) ?? parsed.run.eval_data
    const evalData = evalPath === null ? null : await dataAt({ 'eval-data': evalPath }, 'eval-data')
    if (!resumed) await tellReplaced(options, terminal)
    const engine = await engineWithModel(context, parsed.run.quantization)
    const run = judgedBy(evalPath, start ? withLoraOf(await engine.loadAdapter(start), parsed) : parsed.run)
    const facts = await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run, options), terminal.progress)
    tellData(facts, run, terminal)
    if (evalData)
      await engine.loadEvalData({ kind: 'bytes', source: evalData }, dataOptions(run, options), terminal.progress)

    const plan = await engine.planRun(run)
    terminal.line(`${plan.steps} steps, ${plan.adapterParameters} adapter parameters`)
    if (plan.heldOut > 0) terminal.line(`${plan.heldOut} rows held out, judged ${plan.evaluations} times`)
    if (plan.overlap.length > 0) terminal.warning(fail('eval-overlap', { overlap: plan.overlap }))
    const merging = new AbortController()
    let isTraining = true
    context.onInterrupt(() => {
      const what = isTraining
        ? 'stopping after the current step'
        : 'leaving the merged model out, the adapter is written'
      terminal.line(`${what}; press Ctrl-C again to end at once`)
      if (isTraining) engine.stop()
      else merging.abort()
    })
    // Not before there is something to go on with.
    let inputsKept: Promise<void> | null = null
    const checkpoints = nodePlace(out)
    const how = { runId: randomUUID(), continueAdapter: start !== null, checkpoints, resumeFrom: resumed?.folder }
    let steps = 0
    const rowLosses = new RowLosses()
    if (resumed) await rowLosses.resume(out, resumed.step)
    const on = (event: TrainEvent) => {
      if (event.kind === 'rows') rowLosses.add(event.step, event.rows)
      if (event.kind === 'step') {
        steps = event.log.step
        inputsKept ??= keepInputs(out, options)
      }
      terminal.training(event)
    }
    const runFacts = { dataName: facts.name, rows: facts.rowsKept, run }
    const outcome = await engine.train(run, how, on).catch(async (error: unknown) => {
      if (steps > 0) await keepAdapter(engine, context, runFacts, steps)
      throw error
    })
    isTraining = false
    await inputsKept
    if (steps > 0) await rowLosses.write(out)
    await save(engine, context, runFacts, outcome, merging.signal)
  },
}

/** A second file is to be judged by, also where the run file does not say when. */
function judgedBy(path: string | null, run: RunFile): RunFile {
  if (path === null) return run
  const when = run.eval_strategy === 'no' ? ({ eval_strategy: 'steps', eval_steps: 0.1 } as const) : {}
  return { ...run, ...when, eval_data: path }
}

/**
 * An earlier run's results in `--out` are about to be replaced: said before the work begins, while Ctrl-C still keeps
 * them.
 */
async function tellReplaced(options: Options, terminal: Terminal): Promise<void> {
  const out = options.out as string
  const has = (file: string) =>
    access(join(out, file)).then(
      () => true,
      () => false,
    )
  const last = (await listCheckpoints(nodePlace(out))).at(-1)
  if (last)
    terminal.line(
      `${out} holds checkpoints of an earlier run up to checkpoint-${last.step}; name one of your own for --resume`,
    )
  if (!(await has(`adapter/${ADAPTER_WEIGHTS}`))) return
  terminal.line(`${out} holds the adapter of an earlier run; this one replaces it when it ends`)
  if (!options.merge && (await has('merged/config.json')))
    terminal.line(`${mergedFolder(options)} stays as that run left it`)
}

/** The run has failed; its adapter, as the last good step left it, is kept where it can still be read. */
async function keepAdapter(engine: Engine, { options, terminal }: CommandContext, facts: RunFacts, steps: number) {
  const out = options.out as string
  try {
    const { folder, error } = await keepFolder(out, 'adapter', (place) => engine.export('peft', place, { facts }))
    if (error) terminal.line(error.message)
    terminal.line(`the adapter, as it was after step ${steps}, is kept in ${join(folder, 'adapter')}`)
  } catch (error) {
    terminal.line(`the adapter could not be kept: ${(error as Error).message}`)
    const checkpoint = await lastWhole(out)
    if (checkpoint) terminal.line(`${checkpoint} is whole: go on from there with --resume`)
  }
}

const mergedFolder = (options: Options) => join(options.out as string, 'merged')

/**
 * Writes what came of the run, the adapter first: whatever fails after it, that is kept. What had to be written
 * elsewhere stands in the result and is an error all the same.
 */
async function save(
  engine: Engine,
  context: CommandContext,
  facts: RunFacts,
  outcome: TrainOutcome,
  signal: AbortSignal,
): Promise<void> {
  const { options, terminal } = context
  const out = options.out as string
  const { log, reason, steps, trainLoss, seconds } = outcome
  const figures = {
    status: reason,
    steps,
    train_loss: trainLoss,
    first_loss: log.at(0)?.loss ?? null,
    last_loss: log.at(-1)?.loss ?? null,
    num_tokens: log.at(-1)?.num_tokens ?? 0,
    ...(outcome.evaluations.length > 0
      ? { eval_loss: outcome.evaluations.at(-1)!.eval_loss, best_step: outcome.best?.step ?? null }
      : {}),
    seconds,
  }
  if (steps === 0) {
    terminal.warning(fail('train-no-step', {}))
    return terminal.json({ ...figures, adapter: null, trainer_state: null, merged: null })
  }
  const adapter = await keepFolder(out, 'adapter', (place) =>
    engine.export('peft', place, { facts: { ...facts, outcome } }),
  )
  const adapterPath = join(adapter.folder, 'adapter')
  try {
    const state = await keepText(out, STATE, `${JSON.stringify(outcome.trainerState, null, 2)}\n`)
    const merged = options.merge ? await merge(engine, context, signal) : null
    terminal.json({ ...figures, adapter: adapterPath, trainer_state: join(state.folder, STATE), merged })
    const elsewhere = adapter.error ?? state.error
    if (elsewhere) throw elsewhere
  } catch (error) {
    terminal.line(`the adapter is kept in ${adapterPath}`)
    throw error
  }
}

const STATE = 'trainer_state.json'

/** null where the person asked to leave it. */
async function merge(
  engine: Engine,
  { options, terminal }: CommandContext,
  signal: AbortSignal,
): Promise<string | null> {
  const place = mergedFolder(options)
  try {
    await writeWhole(nodePlace(place), '', (out) =>
      engine.export('safetensors', out, { base: 'original' }, terminal.progress, signal),
    )
    return place
  } catch (error) {
    if (signal.aborted) return null
    throw error
  }
}

/** The run with the adapter's own LoRA settings; a run file that states others is refused rather than overruled. */
function withLoraOf(card: AdapterCard, { run, stated }: ParsedRunFile): RunFile {
  for (const field of ['r', 'lora_alpha', 'use_rslora', 'target_modules'] as const) {
    const [wanted, found] = [JSON.stringify(run.lora[field]), JSON.stringify(card.lora[field])]
    if (stated.has(`lora.${field}`) && wanted !== found)
      throw fail('cli-lora-conflict', { field, stated: wanted, found })
  }
  return { ...run, lora: { ...card.lora, lora_dropout: run.lora.lora_dropout } }
}

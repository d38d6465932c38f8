import { evalSets } from './eval-sets'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ByteSource } from '../../../contracts/bytes'
import type { TrainEvent } from '../../../contracts/events'
import type { Engine, TrainOutcome } from '../../../engine/api/types'
import { fail } from '../../../errors'
import { writeWhole } from '../../../formats/whole-folder'
import type { SteeringChange } from '../../../run-file/history'
import type { RunFacts } from '../../../run-file/run-facts'
import type { RunFile } from '../../../run-file/run-file'
import { nodePlace } from '../../../storage/node/node-folder'
import type { CommandContext } from '../command'
import { dataOptions, tellData } from '../data'
import type { Options } from '../options'
import { keepFolder, keepText, lastWhole } from '../results'
import type { ResumeChoice } from '../resume'
import { keepInputs } from '../run-inputs'
import { RowLosses } from './row-losses'

export interface OneRun {
  engine: Engine
  /** Its `--out` gets what comes of the run. */
  context: CommandContext
  run: RunFile
  data: ByteSource
  evalData: ByteSource | null
  /** From the adapter that is loaded. */
  continued: boolean
  resumed: ResumeChoice | null
  branch?: SteeringChange
}

export interface Ended {
  /** The command's result, as JSON. */
  result: Record<string, unknown>
  /** What could not be written where it was wanted. */
  elsewhere: Error | null
}

/** Train a run on a model that is loaded, and write what came of it. */
export async function trainOne({
  engine,
  context,
  run,
  data,
  evalData,
  continued,
  resumed,
  branch,
}: OneRun): Promise<Ended> {
  const { options, terminal } = context
  const out = options.out as string
  const facts = await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run, options), terminal.progress)
  tellData(facts, run, terminal)
  // Also null: in a queue the run before may have had a second file.
  const second = evalData && ({ kind: 'bytes', source: evalData } as const)
  await engine.loadEvalData(second, dataOptions(run, options), terminal.progress)

  const plan = await engine.planRun(run)
  terminal.line(`${plan.steps} steps, ${plan.adapterParameters} adapter parameters`)
  if (plan.heldOut > 0) terminal.line(`${plan.heldOut} rows held out, judged ${plan.evaluations} times`)
  if (plan.overlap.length > 0) terminal.warning(fail('eval-overlap', { overlap: plan.overlap }))
  const merging = new AbortController()
  let isTraining = true
  context.onInterrupt(() => {
    const what = isTraining ? 'stopping after the current step' : 'leaving the merged model out, the adapter is written'
    terminal.line(`${what}; press Ctrl-C again to end at once`)
    if (isTraining) engine.stop()
    else merging.abort()
  })
  // Not before there is something to go on with.
  let inputsKept: Promise<void> | null = null
  const checkpoints = nodePlace(out)
  const sets = await evalSets(context)
  const how = {
    runId: randomUUID(),
    continueAdapter: continued,
    checkpoints,
    resumeFrom: resumed?.folder,
    branch,
    sets,
  }
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
  const tokens = { all: facts.totalTokens, trained: facts.trainedTokens }
  const dataLicense = options['data-license'] as string | undefined
  const runFacts = { dataName: facts.name, rows: facts.rowsKept, tokens, dataLicense, run }
  const outcome = await engine.train(run, how, on).catch(async (error: unknown) => {
    // A note that could not be written is nothing beside what ended the run.
    await inputsKept?.catch(() => {})
    if (steps > 0) await keepAdapter(engine, context, runFacts, steps)
    throw error
  })
  isTraining = false
  await inputsKept
  if (steps > 0) await rowLosses.write(out)
  const done = { ...runFacts, run: { ...(resumed?.run ?? run), history: outcome.history } }
  return save(engine, context, done, outcome, merging.signal)
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

export const mergedFolder = (options: Options) => join(options.out as string, 'merged')

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
): Promise<Ended> {
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
    return { result: { ...figures, adapter: null, trainer_state: null, merged: null }, elsewhere: null }
  }
  const adapter = await keepFolder(out, 'adapter', (place) =>
    engine.export('peft', place, { facts: { ...facts, outcome } }),
  )
  const adapterPath = join(adapter.folder, 'adapter')
  try {
    const state = await keepText(out, STATE, `${JSON.stringify(outcome.trainerState, null, 2)}\n`)
    const merged = options.merge ? await merge(engine, context, signal) : null
    const result = { ...figures, adapter: adapterPath, trainer_state: join(state.folder, STATE), merged }
    return { result, elsewhere: adapter.error ?? state.error }
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

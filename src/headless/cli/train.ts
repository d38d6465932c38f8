import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdapterCard, Engine, TrainOutcome } from '../../engine/types'
import { fail, TuneError } from '../../errors'
import type { FileFolder } from '../../formats/bytes'
import { nodePlace, writableNodeFolder } from '../../storage/node-folder'
import { readCheckpointRun } from '../../train/checkpoint'
import type { ParsedRunFile } from '../../train/parse-run-file'
import type { RunFile } from '../../train/run-file'
import type { Command, CommandContext } from './command'
import { configOption, dataOption, gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { dataOptions, fileAt, folderAt, tellData } from './inputs'
import type { Options } from './options'
import { readRun } from './run-config'

export const trainCommand: Command = {
  summary: 'Fine-tune a LoRA adapter. Ctrl-C stops and saves what was learnt.',
  options: {
    model: modelOption,
    data: dataOption,
    config: configOption,
    out: { value: 'DIR', required: true, help: 'gets adapter/, trainer_state.json and, with --merge, merged/' },
    'init-lora': { value: 'DIR', help: 'start from this PEFT adapter; its r, alpha and targets are taken' },
    resume: { value: 'DIR', help: 'go on from a checkpoint-N folder (or the last one in DIR), bit-identically' },
    merge: { help: "also write the merged model, onto the source's own weights" },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const resumeFrom = options.resume ? await folderAt('--resume', options.resume as string, root) : undefined
    const parsed = resumeFrom ? await runOf(resumeFrom, options) : await readRun(options.config as string | undefined, terminal)
    const data = await fileAt('--data', options.data as string)
    const start = options['init-lora'] ? await folderAt('--init-lora', options['init-lora'] as string, root) : null
    const engine = await engineWithModel(context, parsed.run.quantization)
    const run = start ? withLoraOf(await engine.loadAdapter(start), parsed) : parsed.run
    const facts = await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run), terminal.progress)
    tellData(facts, run, terminal)

    const plan = await engine.planRun(run)
    terminal.line(`${plan.steps} steps, ${plan.adapterParameters} adapter parameters`)
    context.onInterrupt(() => {
      terminal.line('stopping after the current step; press Ctrl-C again to end at once')
      engine.stop()
    })
    const checkpoints = nodePlace(options.out as string)
    const how = { runId: 'cli', continueAdapter: start !== null, checkpoints, resumeFrom }
    const outcome = await engine.train(run, how, terminal.training).catch(async (error: unknown) => {
      if (error instanceof TuneError && error.code === 'train-non-finite') await keepAdapter(engine, context)
      throw error
    })
    terminal.json(await save(engine, context, run, outcome, facts))
  },
}

/** The adapter as the last good step left it; the run itself has failed. */
async function keepAdapter(engine: Engine, { options, terminal }: CommandContext): Promise<void> {
  const place = join(options.out as string, 'adapter')
  await engine.exportAdapter(writableNodeFolder(place))
  terminal.line(`what was learnt before is kept in ${place}`)
}

/** A continued run follows its checkpoint; other settings would make it another run. */
async function runOf(checkpoint: FileFolder, options: Options): Promise<ParsedRunFile> {
  for (const other of ['config', 'init-lora']) {
    if (options[other] !== undefined) throw fail('cli-options-exclude', { first: '--resume', second: `--${other}` })
  }
  return { run: await readCheckpointRun(checkpoint), stated: new Set(), warnings: [] }
}

async function save(
  engine: Engine,
  { options, terminal }: CommandContext,
  run: RunFile,
  outcome: TrainOutcome,
  data: { name: string; rowsKept: number },
) {
  const out = options.out as string
  const adapter = join(out, 'adapter')
  await engine.exportAdapter(writableNodeFolder(adapter), { dataName: data.name, rows: data.rowsKept, run, outcome })
  const statePath = join(out, 'trainer_state.json')
  await writeFile(statePath, `${JSON.stringify(outcome.trainerState, null, 2)}\n`)
  let merged: string | null = null
  if (options.merge) {
    merged = join(out, 'merged')
    await engine.exportMerged(writableNodeFolder(merged), { base: 'original' }, terminal.progress)
  }
  const { log } = outcome
  return {
    status: outcome.reason,
    steps: outcome.steps,
    train_loss: outcome.trainLoss,
    first_loss: log.at(0)?.loss ?? null,
    last_loss: log.at(-1)?.loss ?? null,
    num_tokens: log.at(-1)?.num_tokens ?? 0,
    seconds: outcome.seconds,
    adapter,
    trainer_state: statePath,
    merged,
  }
}

/** The run with the adapter's own LoRA settings; a run file that states others is refused rather than overruled. */
function withLoraOf(card: AdapterCard, { run, stated }: ParsedRunFile): RunFile {
  for (const field of ['r', 'lora_alpha', 'use_rslora', 'target_modules'] as const) {
    const [wanted, found] = [JSON.stringify(run.lora[field]), JSON.stringify(card.lora[field])]
    if (stated.has(`lora.${field}`) && wanted !== found) throw fail('cli-lora-conflict', { field, stated: wanted, found })
  }
  return { ...run, lora: { ...card.lora, lora_dropout: run.lora.lora_dropout } }
}


import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { fail } from '../../errors'
import { listCheckpoints } from '../../formats/checkpoint-folder'
import { finishDrafts } from '../../formats/whole-folder'
import { nodePlace } from '../../storage/node/node-folder'
import { asHistory, type SteeringChange } from '../../run-file/history'
import type { ParsedRunFile } from '../../run-file/parse-run-file'
import type { RunFile } from '../../run-file/run-file'
import type { Command } from './command'
import { configOption, dataLicenseOption, gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { dataAt, dataOptionSpecs } from './data'
import { folderAt, makeOut } from './inputs'
import type { Options } from './options'
import { checkpointAt } from './resume'
import { takeFolder } from './results'
import { mergedFolder, trainOne } from './training/one-run'
import { readRun } from './run-config'
import type { Terminal } from './terminal'
import type { AdapterCard } from '../../contracts/lora'
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
    branch: {
      value: 'LIST',
      help: 'with --resume: go on as another run from there, such as learning_rate=1e-4,steps=90',
    },
    'data-license': dataLicenseOption,
    'eval-suites': {
      value: 'NAME,...',
      help: 'small suites to ask at each evaluation (general-text, general-questions, refusal-en, ..., or files)',
    },
    'eval-suite-items': { value: 'N', min: 1, help: 'items of each of them (8)' },
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
    const branch = readBranch(options)
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
    const { result, elsewhere } = await trainOne({
      engine,
      context,
      run,
      data,
      evalData,
      continued: start !== null,
      resumed,
      branch,
    })
    terminal.json(result)
    if (elsewhere) throw elsewhere
  },
}

/** The change of `--branch`; undefined without one. */
function readBranch({ branch, resume }: Options): SteeringChange | undefined {
  if (branch === undefined) return undefined
  if (resume === undefined) throw fail('cli-missing-option', { command: 'train', option: '--resume' })
  const value = branch as string
  const pairs = value.split(',').map((part) => part.split('='))
  if (pairs.some((pair) => pair.length !== 2)) {
    throw fail('cli-option-value', {
      option: '--branch',
      value,
      expected: 'learning_rate=RATE,steps=N, or one of them',
    })
  }
  const [{ after: _, ...change }] = asHistory([{ after: 0, ...Object.fromEntries(pairs) }], '--branch')
  return change
}

/** A second file is to be judged by, also where the run file does not say when. */
export function judgedBy(path: string | null, run: RunFile): RunFile {
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

/** The run with the adapter's own LoRA settings; a run file that states others is refused rather than overruled. */
function withLoraOf(card: AdapterCard, { run, stated }: ParsedRunFile): RunFile {
  for (const field of ['r', 'lora_alpha', 'use_rslora', 'target_modules'] as const) {
    const [wanted, found] = [JSON.stringify(run.lora[field]), JSON.stringify(card.lora[field])]
    if (stated.has(`lora.${field}`) && wanted !== found)
      throw fail('cli-lora-conflict', { field, stated: wanted, found })
  }
  return { ...run, lora: { ...card.lora, lora_dropout: run.lora.lora_dropout } }
}

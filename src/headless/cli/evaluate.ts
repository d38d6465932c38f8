import { join } from 'node:path'
import type { EvalResult } from '../../engine/api/types'
import { fail } from '../../errors'
import { labelRows } from '../../eval/rows/row-labels'
import type { Command } from './command'
import { configOption, gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { dataAt, dataOptions, dataOptionSpecs, tellData } from './data'
import { folderAt } from './inputs'
import { readRowLosses, type SeenRow } from './training/row-losses'
import { readRun } from './run-config'

export const evaluateCommand: Command = {
  summary: 'Mean loss of a data set and of each of its rows, under the model or the model with an adapter.',
  options: {
    model: modelOption,
    ...dataOptionSpecs,
    lora: { value: 'DIR', help: 'PEFT adapter to apply' },
    compare: { help: 'each row also under the base alone, and what stands out: never-learnt, by-heart, fights' },
    run: { value: 'DIR', help: 'the --out of a run: its adapter, compared, with the losses of each row on the way' },
    tokens: { help: 'with --compare or --run: log-probability of each trained token, base and tuned' },
    config: configOption,
    'batch-size': { value: 'N', min: 1, help: 'rows at a time (4); changes no loss' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const of = options.run as string | undefined
    const loraPath = (options.lora as string | undefined) ?? (of === undefined ? undefined : join(of, 'adapter'))
    const compares = options.compare === true || of !== undefined
    if (compares && loraPath === undefined) throw fail('cli-missing-option', { command: 'eval', option: '--lora' })
    if (options.tokens && !compares) throw fail('cli-missing-option', { command: 'eval', option: '--compare' })
    const { run } = await readRun(options.config as string | undefined, terminal)
    const data = await dataAt(options)
    const lora = loraPath === undefined ? null : await folderAt('--lora', loraPath, root)
    const engine = await engineWithModel(context, run.quantization)
    if (lora) await engine.loadAdapter(lora)
    tellData(
      await engine.loadData({ kind: 'bytes', source: data }, dataOptions(run, options), terminal.progress),
      run,
      terminal,
    )
    const batchSize = options['batch-size'] ? Number(options['batch-size']) : undefined
    const tuned = await engine.evaluate({ useAdapter: lora !== null, batchSize }, terminal.progress)
    if (!compares) return terminal.json(tuned)
    const base = await engine.evaluate({ useAdapter: false, batchSize }, terminal.progress)
    const result = compared(base, tuned, of === undefined ? [] : await readRowLosses(of))
    if (!options.tokens) return terminal.json(result)
    const per_row = []
    for (const row of result.per_row) per_row.push({ ...row, tokens: (await engine.rowTokens(row.row)).tokens })
    terminal.json({ ...result, per_row })
  },
}

/** Base and tuned side by side. Rows that the run did not train have no label; without a run's notes all count. */
function compared(base: EvalResult, tuned: EvalResult, seen: readonly SeenRow[]) {
  const during = new Map<number, { step: number; loss: number }[]>()
  for (const { row, step, loss } of seen) during.set(row, [...(during.get(row) ?? []), { step, loss }])
  const before = new Map(base.per_row.map((one) => [one.row, one]))
  const trained = tuned.per_row.filter(({ row }) => during.size === 0 || during.has(row))
  const labels = labelRows(trained.map(({ row, loss }) => ({ row, before: before.get(row)!.loss, after: loss })))
  return {
    ...tuned,
    base_loss: base.loss,
    base_mean_token_accuracy: base.mean_token_accuracy,
    per_row: tuned.per_row.map((row) => ({
      ...row,
      base_loss: before.get(row.row)!.loss,
      base_mean_token_accuracy: before.get(row.row)!.mean_token_accuracy,
      label: labels.get(row.row) ?? null,
      ...(during.size > 0 ? { during: during.get(row.row) ?? [] } : {}),
    })),
  }
}

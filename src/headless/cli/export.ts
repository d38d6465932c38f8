import { readFile, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { linearModules } from '../../architecture/names'
import type { WritableFolder } from '../../contracts/bytes'
import type { ExportedFile, ExportSettings } from '../../contracts/exports'
import { clientAsset } from '../client-asset'
import { tokenizerOf } from '../../engine/core/open-data'
import { fail } from '../../errors'
import type { Exporter } from '../../exporters/exporter'
import { readmeScores } from '../../eval/report/readme'
import { readScores } from '../../eval/run/scores'
import { exporterOf, exporters, runExport } from '../../exporters/index'
import { readPeft } from '../../formats/read-peft'
import { scoreRoom as english } from '../../i18n/en/score'
import { openModelFolder } from '../../model/opening/open-model'
import type { RunFacts } from '../../run-file/run-facts'
import { recommendedRun } from '../../run-file/run-file'
import type { WeightedFolder } from '../../contracts/lora'
import { baseOf } from '../../formats/base-name'
import { readMixed } from '../../formats/mix-lora'
import { writeWhole } from '../../formats/whole-folder'
import { nodePlace, writableNodeFolder } from '../../storage/node/node-folder'
import type { Command, CommandContext } from './command'
import { dataLicenseOption, gpuOption, modelOption } from './command'
import type { Terminal } from './terminal'
import { engineWithModel } from './engine'
import { folderAt, makeOut } from './inputs'
import { takeFolder, tellReplacedModel } from './results'

export const ontoOption = {
  value: 'BASE',
  choices: ['original', 'dequantized'],
  help: "what the adapter is merged onto: the source's own weights (default, needs no GPU) or what its NF4 stands for",
}

export const exportCommand: Command = {
  summary:
    'Write the model with its adapter, or the adapter alone, for another program: PEFT, MLX, llama.cpp and others.',
  options: {
    model: modelOption,
    lora: { value: 'DIR', help: 'PEFT adapter; without one, the model is written as it is' },
    mix: { value: 'LIST', help: 'several PEFT adapters with weights instead, such as a/adapter=0.7,b/adapter=0.3' },
    format: { value: 'FORMAT', required: true, choices: exporters.map(({ kind }) => kind), help: 'what to write' },
    out: { value: 'PATH', required: true, help: 'folder to write into, or FILE.gguf for that file alone' },
    name: { value: 'NAME', help: "what files and commands call the result (default: the model's folder)" },
    onto: ontoOption,
    scores: { value: 'FILE', help: 'scores.json of "tune score" for this adapter: its figures go into the README' },
    'data-license': dataLicenseOption,
    gpu: gpuOption,
  },
  async run(context) {
    const { options } = context
    const format = exporterOf(options.format as string)
    const { out, file } = await placeOf(options.out as string, format)
    const settings: ExportSettings = { name: options.name as string | undefined, base: ontoOf(context), file }
    await exportInto(context, 'tune export', format.kind, settings, out)
  },
}

export const ontoOf = ({ options }: CommandContext) => options.onto as ExportSettings['base']

/**
 * Write in one format and say what was written. Onto the source's own weights everything runs on the processor, in
 * windows of rows.
 */
export async function exportInto(
  context: CommandContext,
  command: string,
  kind: string,
  settings: ExportSettings,
  out: string,
): Promise<void> {
  const { options, terminal, root } = context
  const { model, lora } = options as { model: string; lora?: string }
  if (lora !== undefined && options.mix !== undefined)
    throw fail('cli-options-exclude', { first: '--lora', second: '--mix' })
  const loraFolder = lora === undefined ? null : await folderAt('--lora', lora, root)
  const isOnNf4 = settings.base === 'dequantized' && exporterOf(kind).takes === 'model'
  if (isOnNf4 && options.mix !== undefined)
    throw fail('cli-options-exclude', { first: '--onto dequantized', second: '--mix' })
  const mix = await mixOf(options.mix as string | undefined, root)
  const modelFolder = await folderAt('--model', model, root)
  // One file of another name takes nothing from a folder that is read.
  await makeOut(out, settings.file ? {} : { '--model': model, '--lora': lora }, root)
  const facts = {
    scores: await scoresOf(options.scores as string | undefined, lora),
    dataLicense: options['data-license'] as string | undefined,
  }
  const cancel = new AbortController()
  context.onInterrupt(() => cancel.abort())

  const write = async (into: WritableFolder): Promise<ExportedFile[]> => {
    if (isOnNf4) {
      const engine = await engineWithModel(context, recommendedRun.quantization)
      if (loraFolder) await engine.loadAdapter(loraFolder)
      return engine.export(kind, into, { ...settings, facts }, terminal.progress, cancel.signal)
    }
    const opened = await openModelFolder(modelFolder)
    const linears = linearModules(opened.config)
    const adapter = mix.length > 0 ? await readMixed(mix, linears) : loraFolder && (await readPeft(loraFolder, linears))
    const baseModel = baseOf(adapter?.baseModel ?? null, model === 'builtin' ? model : opened.name)
    const source = { opened, tokenizer: await tokenizerOf(opened), baseModel, adapter, facts, asset: clientAsset }
    return runExport(kind, source, settings, into, terminal.progress, cancel.signal)
  }
  const files = await (settings.file
    ? write(writableNodeFolder(out))
    : wholeFolder(command, kind, out, terminal, write))
  terminal.json({ out: options.out, files, bytes: files.reduce((sum, file) => sum + file.bytes, 0) })
}

/** The figures of the adapter in a scores.json: of the one with its folder's path, or the only one that there is. */
async function scoresOf(path: string | undefined, lora: string | undefined): Promise<RunFacts['scores']> {
  if (path === undefined) return undefined
  const text = await readFile(path, 'utf8').catch(() => {
    throw fail('cli-file-missing', { option: '--scores', path })
  })
  const scores = readScores(path, text)
  const tuned = scores.candidates.filter(({ adapter }) => adapter !== null)
  const found = tuned.find(({ adapter }) => adapter === lora) ?? (tuned.length === 1 ? tuned[0] : undefined)
  if (!found) throw fail('eval-scores-of-others', { file: path, known: tuned.map(({ adapter }) => adapter!) })
  return readmeScores(scores, found.id, english)
}

/** `DIR=WEIGHT,DIR=WEIGHT`. */
async function mixOf(list: string | undefined, root: string): Promise<WeightedFolder[]> {
  if (list === undefined) return []
  return Promise.all(
    list.split(',').map(async (entry) => {
      const cut = entry.lastIndexOf('=')
      const weight = cut < 0 ? NaN : Number(entry.slice(cut + 1))
      if (!Number.isFinite(weight) || entry.slice(cut + 1).trim() === '')
        throw fail('cli-option-value', {
          option: '--mix',
          value: entry,
          expected: 'folders with weights, DIR=0.7,DIR=0.3',
        })
      return { folder: await folderAt('--mix', entry.slice(0, cut), root), weight }
    }),
  )
}

/** All of it into a draft in its folder, which then takes the place of what was written there before. */
async function wholeFolder(
  command: string,
  kind: string,
  out: string,
  terminal: Terminal,
  write: (into: WritableFolder) => Promise<ExportedFile[]>,
): Promise<ExportedFile[]> {
  takeFolder(out, command, terminal)
  await tellReplacedModel(out, exporterOf(kind).isModelFolder ?? false, terminal)
  return writeWhole(nodePlace(out), '', write)
}

/** The folder to write into and, where the path names one, the single file of a format that has one. */
async function placeOf(path: string, { fileEnding }: Exporter): Promise<{ out: string; file?: string }> {
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
  const isFile = fileEnding !== undefined && path.endsWith(fileEnding) && !isFolder
  return isFile ? { out: dirname(path), file: basename(path) } : { out: path }
}

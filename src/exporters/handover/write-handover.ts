import type { ByteSource, WritableFolder } from '../../contracts/bytes'
import type { CardWords, Handover, HandoverData } from '../../contracts/exports'
import type { DataSummary, TokenizedRow } from '../../contracts/data'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, RUN_FILE } from '../../contracts/file-names'
import { orderBatches } from '../../data/index'
import { fail } from '../../errors/index'
import { folderOf, OPTIMIZER, RUN_STATE } from '../../formats/checkpoint-folder'
import type { CheckpointAbout } from '../../formats/checkpoint-folder'
import { intoFile, writeText, writeTexts } from '../../formats/into-file'
import { withManifest } from '../../formats/manifest'
import { createSha256 } from '../../formats/sha256'
import { adapterLayout } from '../../model/adapter-store'
import { modelFingerprint } from '../../model/opening/fingerprint'
import type { OpenedModel } from '../../model/opening/open-model'
import { optimizerLayout } from '../../model/training/optimizer-layout'
import { optimizerKind } from '../../run-file/optimizers'
import type { RunFile } from '../../run-file/run-file'
import { holdOut } from '../../train/hold-out'
import { fingerprint } from '../../train/checkpoint'
import type { FoundCheckpoint } from '../../train/find-checkpoint'
import { projectFiles } from './project-files'

export interface HandoverParts {
  found: FoundCheckpoint
  opened: OpenedModel
  rows: readonly TokenizedRow[]
  /** What the rows were made of, and how. */
  data: { source: ByteSource; facts: DataSummary; isChosen: boolean } & HandoverData
  /** What the base model is called where the run goes on: a hub id or a path. */
  model: string
  /** In what language the README is written; absent: English. */
  words?: CardWords
}

/** Rows that are turned into text at a time. */
const LINES = 512

/**
 * Write a project that goes on with a run under TRL, PEFT and accelerate: its checkpoint, its rows as ids and labels
 * and as they were before, its run file, and the few files that read them. Throws 'train-other-model' and
 * 'train-other-data' where the run was begun with others.
 */
export async function writeHandover(parts: HandoverParts, out: WritableFolder): Promise<Handover> {
  const { found, opened, rows: all, data, model, words } = parts
  const { facts } = found
  const run = goingOn(facts.run, facts.log.length)
  if (facts.model !== (await modelFingerprint(opened, facts.model))) throw fail('train-other-model', {})
  // Behind the slash stands the second file's, which judges and is not handed on.
  if (facts.data.split('/')[0] !== fingerprint(all)) throw fail('train-other-data', {})
  const step = facts.log.length
  // Held-out rows stay here: nobody judges by them there. A second file overrules a split, as it does in training.
  const hasSecond = facts.data.includes('/')
  const { train: rows } = holdOut(all, null, hasSecond ? { ...run, eval_split: 0 } : run)
  const lengths = rows.map(({ inputIds }) => inputIds.length)
  const order = orderBatches(lengths, run, run.seed)
  if (step >= order.steps) throw fail('handover-run-ended', { steps: order.steps })

  const adapter = adapterLayout(opened.config, run.lora)
  const layout = optimizerLayout(adapter, optimizerKind(run.optim), { pagedBytes: 0 })
  const handover = {
    version: 1,
    model,
    checkpoint: folderOf(step),
    steps: order.steps,
    steps_per_epoch: order.stepsPerEpoch,
    lines: order.lines,
    parts: layout.parts.map(({ name, formula, slots }) => ({
      name,
      formula,
      parameters: slots.map((slot) => `model.${slot.name}`),
    })),
  }
  const isReady = data.along !== 'raw'
  const sha256 = await writeRows(rows, isReady ? out : null)
  const file = data.along === 'ready' || data.id !== null ? null : `data/raw/${plainName(data.source.name)}`
  if (file !== null) await copyInto(out, file, data.source)
  const trained = new Set(rows.map(({ row }) => row))
  const made = {
    file,
    id: data.id,
    split: data.split,
    encoding: data.facts.encoding,
    mapping: data.facts.mapping,
    is_chosen: data.isChosen,
    vocabulary: opened.config.vocabSize,
    rows: rows.length,
    not_trained: all.flatMap(({ row }) => (trained.has(row) ? [] : [row])),
    sha256,
  }
  const window = run.per_device_train_batch_size * run.gradient_accumulation_steps
  const told = { name: opened.name, model, step, steps: order.steps, rows: rows.length, window }
  await writeTexts(out, {
    ...projectFiles({ ...told, along: data.along, from: data.id ?? file ?? 'FILE' }, words),
    [RUN_FILE]: `${JSON.stringify(run, null, 2)}\n`,
    'handover.json': `${JSON.stringify({ ...handover, data: made }, null, 2)}\n`,
  })
  await copyCheckpoint(found, out)
  return { step, steps: order.steps, rows: rows.length }
}

/**
 * The run as it stands behind `done` steps: what was changed on the way is its own from there on, so that whoever goes
 * on with it need know no history.
 */
function goingOn({ history, ...run }: RunFile, done: number): RunFile {
  const past = history.filter(({ after }) => after <= done)
  const learning_rate = past.findLast((one) => one.learning_rate !== undefined)?.learning_rate ?? run.learning_rate
  const max_steps = past.findLast((one) => one.steps !== undefined)?.steps ?? run.max_steps
  return { ...run, learning_rate, max_steps, history: [] }
}

/** The rows as lines of JSON, without a folder for their hash alone. Returns the SHA-256 of the lines. */
async function writeRows(rows: readonly TokenizedRow[], out: WritableFolder | null): Promise<string> {
  const hash = createSha256()
  const write = async (take: (lines: Uint8Array) => Promise<void>) => {
    for (let from = 0; from < rows.length; from += LINES) {
      const lines = rows.slice(from, from + LINES).map(({ inputIds, labels }) => {
        return `${JSON.stringify({ input_ids: Array.from(inputIds), labels: Array.from(labels) })}\n`
      })
      const bytes = new TextEncoder().encode(lines.join(''))
      hash.update(bytes)
      await take(bytes)
    }
  }
  if (out === null) await write(async () => {})
  else {
    await intoFile(out, 'data/rows.jsonl', async (sink) => {
      await write((lines) => sink.write(lines))
      await sink.close()
    })
  }
  return hash.hex()
}

/** A file's name without what a shell or another system's folder trips over. */
const plainName = (name: string): string => name.replace(/^.*[/\\]/, '').replace(/^\.+|[^\p{L}\p{N}._-]/gu, '_')

async function copyInto(out: WritableFolder, path: string, source: ByteSource): Promise<void> {
  await intoFile(out, path, async (sink) => {
    for (let at = 0; at < source.size; at += PIECE)
      await sink.write(await source.read(at, Math.min(PIECE, source.size - at)))
    await sink.close()
  })
}

/** The checkpoint's files as they are, with a manifest of their own, by which they are checked there. */
async function copyCheckpoint({ folder, facts }: FoundCheckpoint, out: WritableFolder): Promise<void> {
  const name = folderOf(facts.log.length)
  const below: WritableFolder = { create: (path) => out.create(`${name}/${path}`) }
  const { runId: run, began } = facts
  const about: CheckpointAbout = { step: facts.log.length, run, began, written: new Date().toISOString() }
  await withManifest(below, { ...about }, async (into) => {
    for (const path of [ADAPTER_CONFIG, ADAPTER_WEIGHTS, OPTIMIZER])
      await copyInto(into, path, (await folder.open(path))!)
    const state = (await folder.open(RUN_STATE))!
    await writeText(into, RUN_STATE, new TextDecoder().decode(await state.read(0, state.size)))
  })
}

const PIECE = 8 << 20

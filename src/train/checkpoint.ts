import type { TokenizedRow } from '../contracts/data'
import { fail } from '../errors'
import type { FileFolder, WritableFolder } from '../contracts/bytes'
import { folderOf, listCheckpoints, RUN_STATE } from '../formats/checkpoint-folder'
import { readPeft, writePeft } from '../formats/peft'
import { openSafetensors, SafetensorsWriter } from '../formats/safetensors'
import type { TrainerState } from '../model/language-model'
import type { ModelConfig } from '../contracts/model'
import type { StepLog } from './log-history'
import type { RunFile } from '../run-file/run-file'
import type { LoraConfig } from '../contracts/lora'
import { readText, subFolder } from '../formats/folders'
import { linearPath, linearModules } from '../architecture/names'

/** All that is needed to continue a run bit-identically. */
export interface Checkpoint {
  run: RunFile
  state: TrainerState
  /** Every step so far. */
  log: readonly StepLog[]
  /** See `fingerprint`. */
  data: string
  /** See formats/model-fingerprint.ts. */
  model: string
}

const OPTIMIZER = 'optimizer.safetensors'

/**
 * Write `checkpoint-N/` with transformers' folder name: the adapter as a PEFT folder, the optimiser's states as they
 * lie in memory, and the run with all its steps. The last file makes it whole: a folder without it is a broken-off
 * write.
 */
export async function writeCheckpoint(
  out: WritableFolder,
  checkpoint: Checkpoint,
  lora: LoraConfig,
  baseModel: string,
): Promise<void> {
  const { state, run, log, data, model } = checkpoint
  const folder: WritableFolder = { create: (path) => out.create(`${folderOf(log.length)}/${path}`) }
  await writePeft(folder, { lora, pairs: state.pairs, baseModel }, linearPath)
  const plan = state.tensors.map(({ name, data: { length } }) => ({ name, dtype: 'U8' as const, shape: [length] }))
  const writer = await SafetensorsWriter.create(await folder.create(OPTIMIZER), plan)
  for (const tensor of state.tensors) await writer.write(tensor.data)
  await writer.close()
  const sink = await folder.create(RUN_STATE)
  await sink.write(new TextEncoder().encode(JSON.stringify({ run, data, model, steps: state.steps, log })))
  await sink.close()
}

/** Read a `checkpoint-N/` back; a folder that holds several gives its last. Throws 'train-no-checkpoint'. */
export async function readCheckpoint(source: FileFolder, config: ModelConfig): Promise<Checkpoint> {
  const { folder, run, data, model, steps, log } = await readRunState(source)
  const { pairs } = await readPeft(folder, linearModules(config))
  const optimizer = await folder.open(OPTIMIZER)
  if (!optimizer) throw fail('train-no-checkpoint', { folder: source.name })
  const file = await openSafetensors(optimizer)
  const tensors: TrainerState['tensors'] = []
  for (const { name, bytes } of file.tensors.values()) tensors.push({ name, data: await file.read(name, 0, bytes) })
  return { run, data, model, log, state: { steps, pairs, tensors } }
}

/** What a checkpoint says of its run, without the states: what a continuation must agree with. */
export async function readCheckpointFacts(source: FileFolder): Promise<Pick<Checkpoint, 'run' | 'data' | 'model'>> {
  return readRunState(source)
}

async function readRunState(source: FileFolder) {
  const folder = await lastCheckpoint(source)
  const text = folder && (await readText(folder, RUN_STATE))
  if (!folder || !text) throw fail('train-no-checkpoint', { folder: source.name })
  return { folder, ...(JSON.parse(text) as Omit<Checkpoint, 'state'> & { steps: number }) }
}

async function lastCheckpoint(source: FileFolder): Promise<FileFolder | null> {
  if (await source.open(RUN_STATE)) return source
  const last = (await listCheckpoints(source)).findLast(({ whole }) => whole)
  return last ? subFolder(source, folderOf(last.step)) : null
}

/**
 * Tells one tokenised data set from another (FNV-1a over ids and labels): a run continues only on what it was begun
 * with.
 */
export function fingerprint(rows: readonly TokenizedRow[]): string {
  let hash = 0x811c9dc5
  const mix = (value: number) => {
    hash = Math.imul(hash ^ value, 0x01000193)
  }
  for (const { inputIds, labels } of rows) {
    mix(inputIds.length)
    for (let i = 0; i < inputIds.length; i++) {
      mix(inputIds[i])
      mix(labels[i])
    }
  }
  return `${rows.length}-${(hash >>> 0).toString(16)}`
}

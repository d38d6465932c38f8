import type { WritableFolder } from '../contracts/bytes'
import type { TokenizedRow } from '../contracts/data'
import { FNV_32, fnv32, fnv32Text } from '../contracts/hash'
import type { CheckpointAbout } from '../formats/checkpoint-folder'
import { folderOf, OPTIMIZER, RUN_STATE, STATE_VERSION } from '../formats/checkpoint-folder'
import { withManifest } from '../formats/manifest'
import { writePeft } from '../formats/peft'
import { readPeft } from '../formats/read-peft'
import { fromFloat32, toFloat32 } from '../formats/floats'
import { openSafetensors, SafetensorsWriter } from '../formats/safetensors'
import type { Place } from '../formats/whole-folder'
import { writeWhole } from '../formats/whole-folder'
import type { TrainerState } from '../model/language-model'
import type { ModelConfig } from '../contracts/model'
import type { LoraConfig, LoraPair } from '../contracts/lora'
import { linearPath, linearModules } from '../architecture/names'
import type { CheckpointFacts, FoundCheckpoint } from './find-checkpoint'

/** All that is needed to continue a run bit-identically. */
export interface Checkpoint extends CheckpointFacts {
  state: TrainerState
  /** The best adapter by then, where the run wants it at its end and it is not the checkpoint's own. */
  bestPairs: LoraPair[] | null
}

/**
 * Write `checkpoint-N/` with transformers' folder name: the adapter as a PEFT folder, the optimiser's states as they
 * lie in memory, the run with all its steps, and the manifest that makes it whole. Until then, and where it fails, an
 * earlier checkpoint of that name stays as it was.
 */
export async function writeCheckpoint(
  place: Place,
  checkpoint: Checkpoint,
  lora: LoraConfig,
  baseModel: string,
): Promise<void> {
  const { state, run, runId, began, log, evaluations, data, model, bestPairs } = checkpoint
  const step = log.length
  const about: CheckpointAbout = { step, run: runId, began, written: new Date().toISOString() }
  const write = async (folder: WritableFolder) => {
    await writePeft(folder, { lora, pairs: state.pairs, baseModel }, linearPath)
    const tensors = [...state.tensors, ...bestTensors(bestPairs ?? [])]
    const plan = tensors.map(({ name, data: { length } }) => ({ name, dtype: 'U8' as const, shape: [length] }))
    const writer = await SafetensorsWriter.create(await folder.create(OPTIMIZER), plan)
    for (const tensor of tensors) await writer.write(tensor.data)
    await writer.close()
    const sink = await folder.create(RUN_STATE)
    const text = JSON.stringify({
      version: STATE_VERSION,
      run,
      runId,
      began,
      data,
      model,
      steps: state.steps,
      log,
      evaluations,
    })
    await sink.write(new TextEncoder().encode(text))
    await sink.close()
  }
  await writeWhole(place, folderOf(step), (folder) => withManifest(folder, { ...about }, write))
}

/** The whole of a checkpoint that was found. */
export async function readCheckpoint(found: FoundCheckpoint, config: ModelConfig): Promise<Checkpoint> {
  const { folder, facts } = found
  const { pairs } = await readPeft(folder, linearModules(config))
  const file = await openSafetensors((await folder.open(OPTIMIZER))!)
  const tensors: TrainerState['tensors'] = []
  const best = new Map<string, Uint8Array>()
  for (const { name, bytes } of file.tensors.values()) {
    const data = await file.read(name, 0, bytes)
    if (name.startsWith(BEST)) best.set(name, data)
    else tensors.push({ name, data })
  }
  const bestPairs = best.size === 0 ? null : pairs.map((pair) => bestPair(pair, best))
  return { ...facts, state: { steps: facts.steps, pairs, tensors }, bestPairs }
}

/** Before the names of the best adapter's tensors, which lie beside the optimiser's states. */
const BEST = 'best_adapter.'
const bestName = ({ layer, projection }: LoraPair, side: 'A' | 'B') => `${BEST}${layer}.${projection}.${side}`

function bestTensors(pairs: readonly LoraPair[]): { name: string; data: Uint8Array }[] {
  return pairs.flatMap((pair) =>
    (['A', 'B'] as const).map((side) => ({ name: bestName(pair, side), data: fromFloat32(pair[side], 'F32') })),
  )
}

function bestPair(like: LoraPair, tensors: ReadonlyMap<string, Uint8Array>): LoraPair {
  const side = (name: 'A' | 'B') => toFloat32(tensors.get(bestName(like, name))!, 'F32')
  return { ...like, A: side('A'), B: side('B') }
}

/**
 * Tells one tokenised data set from another (FNV-1a over ids and labels): a run continues only on what it was begun
 * with.
 */
export function fingerprint(rows: readonly TokenizedRow[]): string {
  let hash = FNV_32
  for (const { inputIds, labels } of rows) {
    hash = fnv32(hash, inputIds.length)
    for (let i = 0; i < inputIds.length; i++) hash = fnv32(fnv32(hash, inputIds[i]), labels[i])
  }
  return `${rows.length}-${fnv32Text(hash)}`
}

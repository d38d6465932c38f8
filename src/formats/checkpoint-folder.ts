import type { FileFolder } from '../contracts/bytes'
import { readText, subFolder } from './folders'
import type { Manifest } from './manifest'
import { MANIFEST, readManifest } from './manifest'
import type { Place } from './whole-folder'
import { removeWhole } from './whole-folder'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'

export const OPTIMIZER = 'optimizer.safetensors'
/** Written last of a checkpoint's own files. */
export const RUN_STATE = 'run_state.json'
const FILES = [ADAPTER_CONFIG, ADAPTER_WEIGHTS, OPTIMIZER, RUN_STATE]

/** Of a run_state.json beside which a manifest lies; earlier ones have none. */
export const STATE_VERSION = 2

/** transformers' name of a checkpoint's folder. */
export const folderOf = (step: number): string => `checkpoint-${step}`

/** What a checkpoint's manifest says of its run, so that many can be told apart without opening them. */
export interface CheckpointAbout {
  step: number
  /** Tells one run from another; a run that is resumed keeps it. */
  run: string
  /** ISO 8601. */
  began: string
  written: string
}

export interface ListedCheckpoint {
  step: number
  bytes: number
  /** Every file that it needs is there, in its length; whether their bytes are right is told on reading. */
  whole: boolean
  /** null of one that was written before manifests were, or is damaged. */
  about: CheckpointAbout | null
}

/** The checkpoint-N/ folders of a place by rising step. */
export async function listCheckpoints(source: FileFolder): Promise<ListedCheckpoint[]> {
  const found = new Map<number, Map<string, number>>()
  for (const { path, size } of await source.list()) {
    const match = /^checkpoint-(\d+)\/(.*)$/.exec(path)
    if (!match) continue
    const files = found.get(Number(match[1])) ?? new Map<string, number>()
    found.set(Number(match[1]), files.set(match[2], size))
  }
  const all: ListedCheckpoint[] = []
  for (const [step, files] of [...found].sort(([a], [b]) => a - b)) {
    const folder = subFolder(source, folderOf(step))
    const manifest = files.has(MANIFEST) ? await readManifest(folder) : null
    const bytes = [...files.values()].reduce((sum, size) => sum + size, 0)
    if (manifest === null) all.push({ step, bytes, whole: await isOlder(folder, files), about: null })
    else all.push({ step, bytes, whole: hasAll(manifest, files), about: aboutOf(manifest) })
  }
  return all
}

function hasAll(manifest: Manifest | 'damaged', files: ReadonlyMap<string, number>): boolean {
  if (manifest === 'damaged') return false
  return FILES.every((path) => manifest.files[path] && files.get(path) === manifest.files[path].bytes)
}

function aboutOf(manifest: Manifest | 'damaged'): CheckpointAbout | null {
  if (manifest === 'damaged') return null
  const { step, run, began, written } = manifest.about
  const isText = [run, began, written].every((value) => typeof value === 'string')
  return isText && Number.isSafeInteger(step) ? (manifest.about as unknown as CheckpointAbout) : null
}

/** A whole checkpoint from before manifests: its state, which came last then, does not ask for one. */
async function isOlder(folder: FileFolder, files: ReadonlyMap<string, number>): Promise<boolean> {
  if (!FILES.every((path) => files.has(path))) return false
  try {
    return (JSON.parse((await readText(folder, RUN_STATE))!) as { version?: unknown }).version === undefined
  } catch {
    return false
  }
}

/** When checkpoints are written and which stay. */
export interface CheckpointRules {
  /** Every how many steps the run file wants one that stays; null = never. */
  every: number | null
  /** Steps whose evaluation was the best by then, where the run file wants those. */
  best?: readonly number[]
  /** How many of those stay; null = all. */
  limit: number | null
  /** Also one at each pause, at a stop and every few minutes; of these the newest stays. */
  safety: boolean
}

export const isWanted = ({ every, best }: CheckpointRules, step: number): boolean =>
  step > 0 && ((every !== null && step % every === 0) || (best?.includes(step) ?? false))

export interface PruneOptions {
  /** The run whose checkpoints these are; those of others are left alone. Absent: the place is one run's own. */
  run?: string
  /** The run's newest step: later ones, from which it was taken back, do not push out this one's. Absent: none are. */
  upTo?: number
  /** Of a run that needs no way back any more. */
  finished?: boolean
}

/** Delete what the rules let go of a run's checkpoints, and those of them that are not whole. */
export async function pruneCheckpoints(place: Place, rules: CheckpointRules, options: PruneOptions = {}) {
  const { run, upTo = Infinity, finished = false } = options
  const own = (await listCheckpoints(place)).filter(({ about }) => run === undefined || about?.run === run)
  const wanted = own.filter(({ step, whole }) => whole && isWanted(rules, step))
  const letGo = rules.limit === null ? [] : wanted.filter(({ step }) => step <= upTo).slice(0, -rules.limit)
  if (rules.safety) {
    const last = finished ? undefined : own.findLast(({ whole }) => whole)
    letGo.push(...own.filter((one) => !wanted.includes(one) && one !== last))
  }
  for (const { step } of letGo) await removeWhole(place, folderOf(step), FILES)
}

import type { FileFolder, WritableFolder } from '../contracts/bytes'

/** Where a run's checkpoint-N/ folders lie. */
export interface CheckpointPlace extends FileFolder, WritableFolder {
  /** Delete a folder with all that is in it; none is no error. */
  remove(folder: string): Promise<void>
}

/** Written last: a folder without it is a write that broke off. */
export const RUN_STATE = 'run_state.json'

/** transformers' name of a checkpoint's folder. */
export const folderOf = (step: number): string => `checkpoint-${step}`

/** The checkpoint-N/ folders of a place by rising step; `whole` is false for one whose writing broke off. */
export async function listCheckpoints(source: FileFolder): Promise<{ step: number; bytes: number; whole: boolean }[]> {
  const found = new Map<number, { step: number; bytes: number; whole: boolean }>()
  for (const { path, size } of await source.list()) {
    const match = /^checkpoint-(\d+)\/(.*)$/.exec(path)
    if (!match) continue
    const step = Number(match[1])
    const one = found.get(step) ?? { step, bytes: 0, whole: false }
    one.bytes += size
    one.whole ||= match[2] === RUN_STATE
    found.set(step, one)
  }
  return [...found.values()].sort((a, b) => a.step - b.step)
}

/** When checkpoints are written and which stay. */
export interface CheckpointRules {
  /** Every how many steps the run file wants one that stays; null = never. */
  every: number | null
  /** How many of those stay; null = all. */
  limit: number | null
  /** Also one at each pause, at a stop and every few minutes; of these the newest stays. */
  safety: boolean
}

export const isWanted = ({ every }: CheckpointRules, step: number): boolean =>
  every !== null && step > 0 && step % every === 0

export interface PruneOptions {
  /**
   * The run's newest step. Later checkpoints are an earlier run's: they do not push out this one's. Absent: none are.
   */
  upTo?: number
  /** Of a run that needs no way back any more. */
  finished?: boolean
}

/** Delete what the rules let go, and writes that broke off. */
export async function pruneCheckpoints(
  place: CheckpointPlace,
  rules: CheckpointRules,
  options: PruneOptions = {},
): Promise<void> {
  const { upTo = Infinity, finished = false } = options
  const all = await listCheckpoints(place)
  const wanted = all.filter(({ step, whole }) => whole && isWanted(rules, step))
  const letGo = rules.limit === null ? [] : wanted.filter(({ step }) => step <= upTo).slice(0, -rules.limit)
  if (rules.safety) {
    const last = finished ? undefined : all.findLast(({ whole }) => whole)
    letGo.push(...all.filter((one) => !wanted.includes(one) && one !== last))
  }
  for (const { step } of letGo) await place.remove(folderOf(step))
}

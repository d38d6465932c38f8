import { fail } from '../errors'
import type { TuneError } from '../errors'
import type { FileFolder } from '../contracts/bytes'
import type { CheckpointAbout, ListedCheckpoint } from '../formats/checkpoint-folder'
import { folderOf, listCheckpoints, OPTIMIZER, RUN_STATE } from '../formats/checkpoint-folder'
import { readText, subFolder } from '../formats/folders'
import { damagedFile, MANIFEST, readManifest } from '../formats/manifest'
import type { RunFile } from '../run-file/run-file'
import { parseRunFile } from '../run-file/parse-run-file'
import type { EvalRow } from '../contracts/evaluation'
import type { LogRow } from '../contracts/figures'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '../contracts/file-names'

/** What a checkpoint says of its run, without the states: what a continuation must agree with. */
export interface CheckpointFacts {
  run: RunFile
  /** Tells one run from another; a run that is resumed keeps it. */
  runId: string
  /** When the run began, ISO 8601. */
  began: string
  /** Every step so far. */
  log: readonly LogRow[]
  /** Every evaluation so far. */
  evaluations: readonly EvalRow[]
  /** See `fingerprint`. */
  data: string
  /** See model/opening/fingerprint.ts. */
  model: string
}

export interface FoundCheckpoint {
  folder: FileFolder
  /** `steps` as the optimiser counts them. */
  facts: CheckpointFacts & { steps: number }
  /** What a person should know: checkpoints that were passed over, one that could not be checked. */
  notes: TuneError[]
  /** Other runs whose checkpoints lie beside it, each by its last. */
  others: (CheckpointAbout | null)[]
}

/**
 * The checkpoint that a folder is, or the one to go on from where it holds several: the last whole one of the run that
 * was written last, every file of it checked against its manifest. Throws 'train-no-checkpoint', and
 * 'train-checkpoint-damaged' where none is as it was written.
 */
export async function findCheckpoint(source: FileFolder): Promise<FoundCheckpoint> {
  if (await source.open(RUN_STATE)) {
    const opened = await openCheckpoint(source)
    if ('damaged' in opened) throw fail('train-checkpoint-damaged', { folder: source.name, ...opened, instead: null })
    return { ...opened, others: [] }
  }
  const listed = (await listCheckpoints(source)).reverse()
  const run = newestRun(listed.filter(({ whole }) => whole))
  if (run === undefined) throw fail('train-no-checkpoint', { folder: source.name })
  const notes: TuneError[] = []
  let first: { folder: string; damaged: string; reason: string } | null = null
  for (const { step } of listed.filter(({ about, whole }) => whole && runOf(about) === run)) {
    const name = folderOf(step)
    const opened = await openCheckpoint(subFolder(source, name))
    if ('damaged' in opened) {
      first ??= { folder: `${source.name}/${name}`, ...opened }
      notes.push(fail('train-checkpoint-passed-over', { folder: name, ...opened }))
      continue
    }
    const rest = listed.filter(({ about, whole }) => whole && runOf(about) !== run)
    const others = [...new Map(rest.reverse().map(({ about }) => [runOf(about), about])).values()]
    return { ...opened, notes: [...notes, ...opened.notes], others }
  }
  throw fail('train-checkpoint-damaged', { ...first!, instead: null })
}

const runOf = (about: CheckpointAbout | null) => about?.run ?? null

/** Of several runs' checkpoints the run that wrote the last one; those from before manifests come first. */
function newestRun(whole: readonly ListedCheckpoint[]): string | null | undefined {
  const written = ({ about }: ListedCheckpoint) => about?.written ?? ''
  const newest = [...whole].sort((a, b) => Number(written(a) < written(b)) - Number(written(a) > written(b))).at(0)
  return newest && runOf(newest.about)
}

type Opened = Pick<FoundCheckpoint, 'folder' | 'facts' | 'notes'>

/** Checks every file of a checkpoint before any is believed. */
async function openCheckpoint(folder: FileFolder): Promise<Opened | { damaged: string; reason: string }> {
  const manifest = await readManifest(folder)
  const needed = [ADAPTER_CONFIG, ADAPTER_WEIGHTS, OPTIMIZER, RUN_STATE]
  for (const path of needed) if (!(await folder.open(path))) return { damaged: path, reason: 'missing' }
  const damaged = manifest === null ? null : await damagedFile(folder, manifest)
  if (damaged !== null) return { damaged, reason: damaged === MANIFEST ? 'manifest' : 'sha256' }
  try {
    const facts = readState((await readText(folder, RUN_STATE))!)
    // A state that was written with a manifest is not to be believed without it.
    if (manifest === null && facts.versioned) return { damaged: MANIFEST, reason: 'missing' }
    const notes = manifest === null ? [fail('train-checkpoint-unchecked', { folder: folder.name })] : []
    return { folder, facts, notes }
  } catch (error) {
    return { damaged: RUN_STATE, reason: (error as Error).message }
  }
}

/** Throws where a field is not what it should be. */
function readState(text: string): FoundCheckpoint['facts'] & { versioned: boolean } {
  const {
    data,
    model,
    steps,
    log,
    evaluations = [],
    runId = EARLIER,
    began = '',
    version,
    run,
  } = JSON.parse(text) as State
  const isState =
    [data, model, runId, began].every((value) => typeof value === 'string') &&
    Number.isSafeInteger(steps) &&
    Array.isArray(log) &&
    Array.isArray(evaluations) &&
    log.every((row: unknown, i) => isStep(row, i + 1))
  if (!isState) throw new Error('data, model, steps or log')
  // Fields that came later have the value that they had before they could be chosen.
  return {
    run: parseRunFile(run).run,
    data,
    model,
    steps,
    log,
    evaluations,
    runId,
    began,
    versioned: version !== undefined,
  }
}

/** What run_state.json should hold. */
type State = FoundCheckpoint['facts'] & { version?: number }
/** The id of runs from before runs had ids. */
const EARLIER = 'earlier'

function isStep(row: unknown, step: number): boolean {
  if (typeof row !== 'object' || row === null) return false
  const fields = row as Record<string, unknown>
  const numbers = ['epoch', 'loss', 'grad_norm', 'learning_rate', 'num_tokens']
  return fields.step === step && numbers.every((name) => typeof fields[name] === 'number')
}

import type { FileFolder } from '../contracts/bytes'
import type { ColumnMapping } from '../contracts/data'
import { DATA_FORMATS } from '../contracts/data'
import type { EvalRow } from '../contracts/evaluation'
import { FIGURE_NAMES } from '../contracts/figures'
import { RUN_FILE } from '../contracts/file-names'
import { errorText, fail, isErrorCode } from '../errors'
import { MANIFEST } from '../formats/manifest'
import { ADAPTER_FOLDER, packedJson, RUN_PACK, RUN_RECORD, runPackManifest, TRAINER_STATE } from '../formats/run-pack'
import { errors as english } from '../i18n/en/errors'
import { parseRunFile } from '../run-file/parse-run-file'
import { isStoreFull } from '../storage/full-store'
import { isRevision } from '../storage/hub-listing'
import type { DataTokens } from '../run-file/run-facts'
import type { BlobFile } from './blob-folder'
import { readBlobs } from './blob-folder'
import type { CurvePoint } from './curve'
import type { Saver } from './export-room'
import type { LogLine } from './log-line'
import { fileStem, runName } from './names'
import type { AnswerRecord, RunOrigin, RunRecord } from './run-record'
import { bytesOf } from './run-record'
import type { RunsRoom } from './runs-room'
import { packSeen, unpackSeen } from './seen-rows'

const json = (path: string, value: unknown): BlobFile => ({
  path,
  blob: new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }),
})

/** A run of this browser as one file: record with curve, answers and log, settings, trainer_state.json, adapter. */
export async function packRun(record: RunRecord, adapter: readonly BlobFile[]): Promise<BlobFile[]> {
  const { trainerState, seen, checkpoints: _, mergedBytes: _m, mergedStep: _s, data, ...rest } = record
  // Under which key this browser keeps the data file means nothing elsewhere.
  const { kept: _k, evalFile, ...said } = data
  const about = {
    ...rest,
    data: { ...said, ...(evalFile ? { evalFile: { name: evalFile.name } } : {}) },
    seen: [...unpackSeen(seen)],
  }
  const files = [
    json(RUN_RECORD, about),
    json(RUN_FILE, record.run),
    json(TRAINER_STATE, trainerState),
    ...adapter.map(({ path, blob }) => ({ path: `${ADAPTER_FOLDER}${path}`, blob })),
  ]
  const manifest = await runPackManifest(record.name, readBlobs(record.name, files))
  return [...files, { path: MANIFEST, blob: new Blob([manifest as Uint8Array<ArrayBuffer>]) }]
}

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : [])
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

/** Steps as charts draw them; what is no number is no figure. */
function curveOf(rows: unknown): CurvePoint[] {
  return objects(rows)
    .filter((row) => number(row.step) !== null && number(row.loss) !== null)
    .map((row) => {
      const figures = [...FIGURE_NAMES, 'seconds', 'tokens_per_second'].map(
        (name) => [name, number(row[name])] as const,
      )
      const blank = { epoch: 0, grad_norm: 0, learning_rate: 0, num_tokens: 0, seconds: 0, tokens_per_second: 0 }
      return { ...blank, ...Object.fromEntries(figures.filter(([, value]) => value !== null)) } as CurvePoint
    })
}

const answersOf = (rows: unknown): AnswerRecord[] =>
  objects(rows).map((row) => ({
    step: number(row.step) ?? 0,
    row: number(row.row) ?? 0,
    question: text(row.question),
    expected: text(row.expected),
    text: text(row.text),
    cut: row.cut === true,
  }))

/** Evaluations as charts draw them; one without a step or a loss is none. */
const evaluationsOf = (rows: unknown): EvalRow[] =>
  objects(rows)
    .filter((row) => number(row.step) !== null && number(row.eval_loss) !== null)
    .map((row) => {
      const of = (name: keyof EvalRow) => number(row[name]) ?? 0
      const scores = Object.entries(isObject(row.scores) ? row.scores : {}).filter(
        ([, value]) => number(value) !== null,
      )
      return {
        step: of('step'),
        epoch: of('epoch'),
        eval_loss: of('eval_loss'),
        eval_mean_token_accuracy: of('eval_mean_token_accuracy'),
        eval_entropy: of('eval_entropy'),
        eval_num_tokens: of('eval_num_tokens'),
        eval_runtime: of('eval_runtime'),
        eval_samples_per_second: of('eval_samples_per_second'),
        eval_steps_per_second: of('eval_steps_per_second'),
        ...(scores.length > 0 ? { scores: Object.fromEntries(scores) as Record<string, number> } : {}),
      }
    })

/** What a run told: a code of ours stays one where its words can be said with what stands beside it. */
function logOf(rows: unknown): LogLine[] {
  return objects(rows).flatMap(({ time, level, text: said }): LogLine[] => {
    const line = { time: number(time) ?? 0, level: level === 'warning' ? ('warning' as const) : ('info' as const) }
    if (typeof said === 'string') return [{ ...line, text: said }]
    if (!isObject(said) || typeof said.message !== 'string') return []
    const { code, params, message } = said
    if (typeof code !== 'string' || !isErrorCode(code) || !isObject(params)) return [{ ...line, text: message }]
    try {
      errorText(english, code, params)
      return [{ ...line, text: { code, params, message } }]
    } catch {
      return [{ ...line, text: message }]
    }
  })
}

/** What the person chose the columns to be; undefined where that is no choice of ours. */
function mappingOf(value: unknown): ColumnMapping | undefined {
  const said = isObject(value) ? value : {}
  const format = DATA_FORMATS.find((one) => one === said.format)
  if (!format) return undefined
  const columns = (['user', 'assistant', 'system', 'context', 'text'] as const).flatMap((use) => {
    const column = text(said[use])
    return column ? [[use, column] as const] : []
  })
  return { format, ...Object.fromEntries(columns) }
}

function tokensOf(value: unknown): DataTokens | undefined {
  const [all, trained] = isObject(value) ? [number(value.all), number(value.trained)] : [null, null]
  return all === null || trained === null ? undefined : { all, trained }
}

/**
 * What model the run was made from. A hub is asked only at an address that somebody chose here: the one that is set, or
 * that of another run. From elsewhere the set one is asked for the same id and revision.
 */
function modelOf(model: Json, known: readonly RunRecord[], hub: string): RunRecord['model'] {
  const endpoint = text(model.endpoint)
  const isChosen = endpoint !== '' && (endpoint === hub || known.some((one) => one.model.endpoint === endpoint))
  return {
    ...{ id: text(model.id), name: text(model.name, text(model.id)), source: text(model.source, 'files') },
    ...(isRevision(model.revision) ? { revision: model.revision } : {}),
    ...(isChosen ? { endpoint } : {}),
  }
}

/** What it goes on from: a link where that run is in this browser, its name anywhere. */
function originOf(value: unknown): RunOrigin | undefined {
  if (!isObject(value) || !text(value.name)) return undefined
  return { id: text(value.id) || undefined, name: text(value.name), step: number(value.step) ?? undefined }
}

const REASONS = ['finished', 'stopped', 'failed', 'interrupted'] as const

/**
 * The record of a run that was packed here, elsewhere or by the command line. It comes from anybody: nothing of it is
 * taken that has not the form it should have. `hub`: the address that is set. Throws what is wrong with its settings
 * ('run-*').
 */
export async function unpackRun(folder: FileFolder, known: readonly RunRecord[], hub: string): Promise<RunRecord> {
  const [record, settings, trainerState] = await Promise.all(
    [RUN_RECORD, RUN_FILE, TRAINER_STATE].map((path) => packedJson(folder, path)),
  )
  const about = isObject(record) ? record : {}
  const { run } = parseRunFile(settings ?? (await packedJson(folder, `${ADAPTER_FOLDER}${RUN_FILE}`)) ?? {})
  const state = isObject(trainerState) ? trainerState : {}
  const drawn = curveOf(about.curve)
  const curve = drawn.length > 0 ? drawn : curveOf(state.log_history)
  const [model, data] = [about.model, about.data].map((value) => (isObject(value) ? value : {}))
  const evalFile = text(isObject(data.evalFile) ? data.evalFile.name : undefined)
  const seen = Array.isArray(about.seen) ? about.seen : []
  const triples = seen.filter(
    (row): row is [number, number, number] => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite),
  )
  return {
    id: crypto.randomUUID(),
    name: runName(text(about.name, folder.name), known),
    tags: Array.isArray(about.tags) ? about.tags.filter((tag) => typeof tag === 'string') : undefined,
    startedAt: number(about.startedAt) ?? 0,
    model: modelOf(model, known, hub),
    data: {
      name: text(data.name),
      rows: number(data.rows) ?? 0,
      tokens: tokensOf(data.tokens),
      mapping: mappingOf(data.mapping),
      evalFile: evalFile ? { name: evalFile } : undefined,
      sample: text(data.sample) || undefined,
      file: text(data.file) || undefined,
      license: text(data.license) || undefined,
    },
    run,
    curve,
    answers: answersOf(about.answers),
    log: logOf(about.log),
    evaluations: evaluationsOf(about.evaluations),
    seen: packSeen(triples),
    // A run whose checkpoints stayed elsewhere has ended here.
    reason: REASONS.find((one) => one === about.reason && one !== 'interrupted') ?? 'stopped',
    steps: number(about.steps) ?? curve.at(-1)?.step ?? 0,
    plannedSteps: number(about.plannedSteps) ?? undefined,
    continued: about.continued === true ? true : undefined,
    from: originOf(about.from),
    seconds: number(about.seconds) ?? 0,
    trainLoss: number(about.trainLoss),
    trainerState: state,
    adapterBytes: 0,
    adapterStep: number(about.adapterStep) ?? undefined,
    mergedBytes: 0,
  }
}

/** The doors of the room Runs for runs as files. */
export function createRunPacks({ runs, saver, hub }: { runs: RunsRoom; saver: Saver; hub(): string }) {
  return {
    async save(record: RunRecord): Promise<void> {
      const files = await packRun(record, await runs.files(record.id, 'adapter'))
      saver.saveBlob(`${fileStem(record.name)}${RUN_PACK}`, await saver.zip(files))
    },
    /**
     * Puts a packed run among those of this browser. Throws 'pack-empty' where it has no curve and no adapter, and
     * 'run-unkept' where there is no room for it: it is in this tab alone then, adapter and all.
     */
    async take(folder: FileFolder): Promise<RunRecord> {
      const record = await unpackRun(folder, runs.store.getState().list ?? [], hub())
      const adapter: BlobFile[] = []
      for (const { path, size } of await folder.list()) {
        if (!path.startsWith(ADAPTER_FOLDER)) continue
        const bytes = await (await folder.open(path))!.read(0, size)
        adapter.push({ path: path.slice(ADAPTER_FOLDER.length), blob: new Blob([bytes as Uint8Array<ArrayBuffer>]) })
      }
      if (record.curve.length === 0 && adapter.length === 0) throw fail('pack-empty', { file: folder.name })
      const step = record.adapterStep ?? record.steps
      // Both in any case: what the store refuses stays in the tab.
      const refusal = (work: Promise<void>) =>
        work.then(
          () => null,
          (error: unknown) => ({ error }),
        )
      const told = await refusal(runs.put(record))
      const files = bytesOf(adapter) > 0 ? await refusal(runs.keepFiles(record.id, 'adapter', adapter, step)) : null
      const refused = told ?? files
      if (refused && isStoreFull(refused.error)) throw fail('run-unkept', { name: record.name }, refused.error)
      if (refused) throw refused.error
      return record
    },
  }
}

import { basename, join, resolve } from 'node:path'
import { createSha256, sha256Of } from '../../../formats/sha256'
import type { FileFolder } from '../../../contracts/bytes'
import { fail } from '../../../errors'
import { estimateRun } from '../../../eval/run/estimate'
import { engineExaminee } from '../../../eval/run/engine-examinee'
import { cachePrint, type Candidate } from '../../../eval/run/asked'
import { countOf, runSuites } from '../../../eval/run/runner'
import { makeScores, type StrengthCurve } from '../../../eval/run/scores'
import { strengthCurve } from '../../../eval/run/strength'
import { reportHtml } from '../../../eval/report/report'
import { thinned } from '../../../eval/suites/own'
import { about } from '../../../i18n/en/about'
import { formatDuration } from '../../../i18n/format'
import { scoreRoom as english } from '../../../i18n/en/score'
import { scoreRoom as chinese } from '../../../i18n/zh-CN/score'
import { modelFingerprint } from '../../../model/opening/fingerprint'
import { openModelFolder } from '../../../model/opening/open-model'
import { nodeFile } from '../../../storage/node/node-folder'
import type { CommandContext } from '../command'
import { engineOnGpu, engineWithModel } from '../engine'
import { dataAt, dataOptions } from '../data'
import { folderAt, makeOut } from '../inputs'
import { kvDtype } from '../kv-dtype'
import { keepText, takeFolder } from '../results'
import { readRun } from '../run-config'
import { answersFile } from './answers-file'
import { chosenDocuments } from './documents'
import { findSuites } from './find-suites'
import { checkJudge, judged } from './judge'
import { longContextFor, suitesOfRows } from './own-suites'
import { thresholdsOf } from './thresholds'
import { versionsHere } from './versions'

/** The model alone and with each adapter on the same suites. Every answer is kept: a stopped command goes on. */
export async function scoreModel(context: CommandContext): Promise<void> {
  const { options, terminal, root } = context
  const out = options.out as string
  const data = options.data as string | undefined
  const { run } = await readRun(options.config as string | undefined, terminal)
  const folder = await folderAt('--model', options.model as string, root)
  const loras = (options.lora as string[] | undefined) ?? []
  const adapters = new Map<string, FileFolder>()
  for (const path of loras) adapters.set(path, await folderAt('--lora', path, root))
  const thresholds = thresholdsOf(options.thresholds as string | undefined)
  await checkJudge(context)
  const documents = await chosenDocuments(context)
  const {
    own,
    made,
    suites: found,
  } = await findSuites(options.suite as string, root, { withTruth: documents !== null })
  if (own.length > 0 && data === undefined) throw fail('cli-missing-option', { command: 'score', option: '--data' })
  if (data !== undefined) await dataAt(options)
  // Before OUT is taken: a GPU that cannot do it leaves nothing behind.
  const engine = await engineOnGpu(context)
  await makeOut(
    out,
    { '--model': options.model as string, ...Object.fromEntries(loras.map((l) => ['--lora', l])) },
    root,
  )
  takeFolder(out, 'score', terminal)

  const cancel = new AbortController()
  context.onInterrupt(() => cancel.abort())
  await engineWithModel(context, run.quantization, engine)
  const cache = kvDtype(context)
  const fingerprint = await modelFingerprint(await openModelFolder(folder))
  const print = `${fingerprint}${cachePrint(cache)}`
  const candidates: Candidate[] = [{ id: 'base', name: 'base', adapter: null, strength: 1, print }]
  for (const [path, adapter] of adapters) {
    const name = nameOf(path)
    const id = candidates.some((one) => one.id === name) ? path : name
    candidates.push({ id, name: id, adapter: path, strength: 1, print: `${print}+${await adapterPrint(adapter)}` })
  }
  // A judge may take its place.
  const model = engine.model()!.id
  const ownSuites = data === undefined ? [] : await suitesOfRows(engine, own, data, run, context)
  const madeSuites = made.length > 0 ? [await longContextFor(engine, context)] : []
  const limit = options.limit === undefined ? Infinity : Number(options.limit)
  const suites = [...ownSuites, ...found, ...madeSuites].map((suite) => thinned(suite, limit))
  const store = await answersFile(join(out, 'answers.jsonl'))
  const total = countOf(suites, candidates)
  terminal.line(
    `${total} answers and losses of ${candidates.length} candidates${store.kept ? `, ${store.kept} kept` : ''}`,
  )

  const examinee = engineExaminee({
    engine,
    load: async (path) => void (await engine.loadAdapter(adapters.get(path)!)),
    data:
      data === undefined
        ? undefined
        : { source: { kind: 'bytes', source: await nodeFile(data) } as const, options: dataOptions(run, options) },
    maxLength: run.max_length,
    cache,
  })
  const began = performance.now()
  const asked = {
    suites,
    candidates,
    examinee,
    store,
    passages: documents?.passages,
    on: terminal.progress,
    signal: cancel.signal,
  }
  const stoppable = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw cancel.signal.aborted ? fail('eval-stopped', { out }) : error
    })
  const { left, seconds } = await stoppable(estimateRun(asked))
  if (seconds > 0) terminal.line(`${left} answers and losses are left: about ${formatDuration(about, seconds)}`)
  const scored = await stoppable(runSuites(asked))
  for (const { errors } of scored) for (const error of errors.slice(0, 5)) terminal.warning(error.message)
  const strength: StrengthCurve[] = []
  if (options.strengths)
    for (const one of candidates.slice(1))
      strength.push(await stoppable(strengthCurve(one, suites, examinee, terminal.progress, cancel.signal)))
  const judge = await judged({ engine, scored, candidates, store, signal: cancel.signal }, context)
  const scores = makeScores({
    scored,
    judge,
    strength,
    thresholds,
    candidates,
    own: new Set(ownSuites.map(({ name }) => name)),
    facts: {
      model,
      model_fingerprint: fingerprint,
      data: data === undefined ? null : basename(data),
      data_sha256: data === undefined ? null : await sha256Of(await nodeFile(data)),
      settings: {
        limit: Number.isFinite(limit) ? limit : null,
        documents: ((options.documents as string[] | undefined) ?? []).map((path) => basename(path)),
        ...(documents && suites.some(({ score }) => score === 'truth') && { passages: documents.by() }),
        max_length: run.max_length,
        kv_dtype: cache,
        quantization: run.quantization,
      },
      seconds: Math.round((performance.now() - began) / 100) / 10,
      versions: await versionsHere(root),
    },
  })
  await keepText(out, 'scores.json', `${JSON.stringify(scores, null, 2)}\n`)
  await keepText(out, 'report.html', reportHtml(scores, { en: english, 'zh-CN': chinese }))
  const files = {
    scores: join(out, 'scores.json'),
    report: join(out, 'report.html'),
    answers: join(out, 'answers.jsonl'),
  }
  terminal.json({ candidates: candidates.map(({ id }) => id), verdicts: scores.verdicts, ...files })
}

/** A folder's own name, or that of the folder that holds it where it only says "adapter". */
function nameOf(path: string): string {
  const parts = resolve(path).split(/[\\/]/)
  const last = parts.at(-1)!
  return last === 'adapter' && parts.length > 1 ? parts.at(-2)! : last
}

async function adapterPrint(folder: FileFolder): Promise<string> {
  const hash = createSha256()
  for (const name of ['adapter_config.json', 'adapter_model.safetensors']) {
    const file = await folder.open(name)
    // What is missing is said where the adapter is loaded.
    if (file) hash.update(await file.read(0, file.size))
  }
  return hash.hex()
}

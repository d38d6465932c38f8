import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { createSha256, sha256Of } from '../../../formats/sha256'
import type { FileFolder } from '../../../contracts/bytes'
import { fail } from '../../../errors'
import { serializeError } from '../../../errors/serialize'
import type { Engine } from '../../../engine/api/types'
import { engineExaminee } from '../../../eval/run/engine-examinee'
import { judgeAt } from '../../../eval/judge/endpoint'
import { DEFAULT_RUBRIC } from '../../../eval/judge/pairwise'
import { runJudge, type Judged } from '../../../eval/judge/run'
import { countOf, runSuites, type AnswerStore, type Candidate, type ScoredSuite } from '../../../eval/run/runner'
import { makeScores } from '../../../eval/run/scores'
import { reportHtml } from '../../../eval/report/report'
import { longContextSuite } from '../../../eval/suites/long-context'
import { lossSuite, referenceSuite, thinned } from '../../../eval/suites/own'
import type { Suite } from '../../../eval/suites/suite'
import { scoreRoom as english } from '../../../i18n/en/score'
import { scoreRoom as chinese } from '../../../i18n/zh-CN/score'
import { modelFingerprint } from '../../../model/opening/fingerprint'
import { openModelFolder } from '../../../model/opening/open-model'
import type { RunFile } from '../../../run-file/run-file'
import { nodeFile } from '../../../storage/node/node-folder'
import type { CommandContext } from '../command'
import { engineWithModel } from '../engine'
import { dataAt, dataOptions } from '../data'
import { folderAt, makeOut } from '../inputs'
import { keepText, takeFolder } from '../results'
import { readRun } from '../run-config'
import { answersFile } from './answers-file'
import { findSuites } from './find-suites'
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
  const { own, made, suites: found } = await findSuites(options.suite as string, root)
  if (own.length > 0 && data === undefined) throw fail('cli-missing-option', { command: 'score', option: '--data' })
  if (data !== undefined) await dataAt(options)
  await makeOut(
    out,
    { '--model': options.model as string, ...Object.fromEntries(loras.map((l) => ['--lora', l])) },
    root,
  )
  takeFolder(out, 'score', terminal)

  const cancel = new AbortController()
  context.onInterrupt(() => cancel.abort())
  const print = await modelFingerprint(await openModelFolder(folder))
  const candidates: Candidate[] = [{ id: 'base', name: 'base', adapter: null, strength: 1, print }]
  for (const [path, adapter] of adapters) {
    const name = nameOf(path)
    const id = candidates.some((one) => one.id === name) ? path : name
    candidates.push({ id, name: id, adapter: path, strength: 1, print: `${print}+${await adapterPrint(adapter)}` })
  }
  const engine = await engineWithModel(context, run.quantization)
  const ownSuites = data === undefined ? [] : await suitesOf(engine, own, data, run, context)
  const limit = options.limit === undefined ? Infinity : Number(options.limit)
  const madeSuites =
    made.length === 0
      ? []
      : [
          await longContextSuite({
            longest: Math.min(engine.model()!.contextLength, Number(options.context ?? Infinity)),
            count: (prompts) => engine.promptTokens(prompts),
          }),
        ]
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
  })
  const began = performance.now()
  const scored = await runSuites({
    suites,
    candidates,
    examinee,
    store,
    on: terminal.progress,
    signal: cancel.signal,
  }).catch((error: unknown) => {
    if (cancel.signal.aborted) throw fail('eval-stopped', { out })
    throw error
  })
  for (const { errors } of scored) for (const error of errors.slice(0, 5)) terminal.warning(error.message)
  const judge = await judged(scored, candidates, store, cancel.signal, context)
  const scores = makeScores({
    scored,
    judge,
    candidates,
    own: new Set(ownSuites.map(({ name }) => name)),
    facts: {
      model: engine.model()!.id,
      model_fingerprint: print,
      data: data === undefined ? null : basename(data),
      data_sha256: data === undefined ? null : await sha256Of(await nodeFile(data)),
      settings: {
        limit: Number.isFinite(limit) ? limit : null,
        max_length: run.max_length,
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

/** What the judge of `--judge` prefers; where it cannot be had, the other scores stand. */
async function judged(
  scored: ScoredSuite[],
  candidates: Candidate[],
  store: AnswerStore,
  signal: AbortSignal,
  { options, terminal }: CommandContext,
): Promise<Judged | null> {
  if (options.judge === undefined || candidates.length < 2) return null
  const rubric = options.rubric === undefined ? DEFAULT_RUBRIC : await rubricAt(options.rubric as string)
  const address = {
    url: options.judge as string,
    model: options['judge-model'] as string,
    key: process.env.TUNETAB_JUDGE_KEY,
  }
  const cost = { calls: 0, promptTokens: 0, completionTokens: 0 }
  const ask = judgeAt(address, cost)
  const found = await runJudge({ scored, candidates, address, ask, cost, rubric, store, on: terminal.progress, signal })
  if (found.error) terminal.warning(found.error)
  return found
}

const rubricAt = (path: string) =>
  readFile(path, 'utf8').catch(() => {
    throw fail('cli-file-missing', { option: '--rubric', path })
  })

/** The suites that are made of the person's rows. One that cannot be made is said, and the others go on. */
async function suitesOf(
  engine: Engine,
  names: string[],
  path: string,
  run: RunFile,
  { options, terminal }: CommandContext,
): Promise<Suite[]> {
  const suites: Suite[] = []
  const source = { kind: 'bytes', source: await nodeFile(path) } as const
  for (const name of names) {
    try {
      if (name === 'loss')
        suites.push(
          lossSuite(await engine.rowsOf(source, dataOptions(run, options)), await sha256Of(await nodeFile(path))),
        )
      else
        suites.push(
          referenceSuite(
            await engine.questionsOf(source, dataOptions(run, options)),
            Number(options['max-new-tokens'] ?? 256),
          ),
        )
    } catch (error) {
      terminal.warning(serializeError(error))
    }
  }
  return suites
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

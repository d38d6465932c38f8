import { readFile } from 'node:fs/promises'
import { fail, TuneError } from '../../../errors'
import type { Engine } from '../../../engine/api/types'
import { judgeAt } from '../../../eval/judge/endpoint'
import { engineJudge } from '../../../eval/judge/engine-judge'
import { onnxJudge } from '../../../eval/judge/onnx-judge'
import { DEFAULT_RUBRIC } from '../../../eval/judge/pairwise'
import { JUDGE_MODES, runJudge, type Judge, type Judged, type JudgeMode } from '../../../eval/judge/run'
import type { AnswerStore, Candidate } from '../../../eval/run/asked'
import type { ScoredSuite } from '../../../eval/run/runner'
import type { CommandContext } from '../command'
import { onnxName, openOnnxChat } from '../../onnx'
import { folderAt } from '../inputs'
import { onnxSource } from './onnx-source'

interface JudgeParts {
  engine: Engine
  scored: readonly ScoredSuite[]
  candidates: readonly Candidate[]
  store: AnswerStore
  signal: AbortSignal
}

/** Wrong options of a judge are said before a model takes minutes to load. */
export async function checkJudge({ options, root }: CommandContext): Promise<void> {
  const judge = options.judge as string | undefined
  if (judge === undefined) return
  if (isAddress(judge) && options['judge-model'] === undefined)
    throw fail('cli-missing-option', { command: 'score', option: '--judge-model' })
  if (judge.startsWith(ONNX)) await onnxAt(judge, options)
  else if (!isAddress(judge) && judge !== 'base') await modelAt(judge, root)
  await rubricOf(options.rubric as string | undefined)
}

/** What the judge of `--judge` makes of the answers; where it cannot be had, the other scores stand. */
export async function judged(parts: JudgeParts, context: CommandContext): Promise<Judged | null> {
  const { options, terminal } = context
  if (options.judge === undefined) return null
  const { scored, candidates, store, signal, engine } = parts
  const rubric = await rubricOf(options.rubric as string | undefined)
  const wanted = (options['judge-mode'] as string | undefined) ?? 'pairwise'
  const modes = wanted === 'both' ? JUDGE_MODES : [wanted as JudgeMode]
  const found = await judgeNamed(options.judge as string, engine, context)
    .then((judge) => runJudge({ scored, candidates, judge, modes, rubric, store, on: terminal.progress, signal }))
    .catch((error: unknown): Judged => {
      if (signal.aborted) throw fail('eval-stopped', { out: options.out as string })
      if (!(error instanceof TuneError)) throw error
      return unheard(options.judge as string, rubric, error)
    })
  if (found.error) terminal.warning(found.error)
  return found
}

async function judgeNamed(name: string, engine: Engine, { options, terminal, root }: CommandContext): Promise<Judge> {
  const cost = { calls: 0, promptTokens: 0, completionTokens: 0 }
  if (isAddress(name)) {
    const model = options['judge-model'] as string
    const ask = judgeAt({ url: name, model, key: process.env.TUNETAB_JUDGE_KEY }, cost)
    return { model, url: name, isWeak: false, ask, cost }
  }
  if (name.startsWith(ONNX)) {
    const source = await onnxAt(name, options)
    const chat = await openOnnxChat(source, (item, done, total) =>
      terminal.progress({ phase: 'download', item, done, total, unit: 'bytes' }),
    )
    const { precision, device } = chat.facts
    const model = `${onnxName(source)} (ONNX ${precision}, ${device})`
    return { model, url: null, isWeak: false, ask: onnxJudge(chat, cost), cost }
  }
  if (name === 'base') return { model: 'base', url: null, isWeak: true, ask: engineJudge(engine, cost), cost }
  // In the place of the model that was scored: all its answers are there.
  const source =
    name === 'builtin' ? ({ kind: 'builtin' } as const) : { kind: 'folder' as const, folder: await modelAt(name, root) }
  const card = await engine.loadModel(source, terminal.progress)
  return { model: card.name, url: null, isWeak: false, ask: engineJudge(engine, cost), cost }
}

const ONNX = 'onnx:'
const onnxAt = (name: string, { hub }: CommandContext['options']) =>
  onnxSource('--judge', name.slice(ONNX.length), hub as string | undefined)

/** A judge that cannot be had is said beside the scores that stand. */
const unheard = (model: string, rubric: string, error: TuneError): Judged => ({
  model,
  url: null,
  isWeak: false,
  rubric,
  cost: { calls: 0, promptTokens: 0, completionTokens: 0 },
  results: {},
  ratings: {},
  error: error.toJSON(),
})

const isAddress = (name: string) => /^https?:\/\//i.test(name)

const modelAt = (name: string, root: string) => folderAt(name === 'builtin' ? '--model' : '--judge', name, root)

const rubricOf = async (path: string | undefined) =>
  path === undefined
    ? DEFAULT_RUBRIC
    : readFile(path, 'utf8').catch(() => {
        throw fail('cli-file-missing', { option: '--rubric', path })
      })

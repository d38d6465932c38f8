import type { Progress } from '../contracts/progress'
import type { Engine } from '../engine/api/types'
import { fail } from '../errors'
import { serializeError } from './failure'
import { judgeAt, type JudgeCost } from '../eval/judge/endpoint'
import { engineJudge } from '../eval/judge/engine-judge'
import { onnxJudge } from '../eval/judge/onnx-judge'
import { DEFAULT_RUBRIC } from '../eval/judge/pairwise'
import { JUDGE_MODES, runJudge, type Judge, type Judged, type JudgeMode, type JudgeRun } from '../eval/judge/run'

/** Who judges, and how. The key is in no state: it stays with the room for the visit. */
export interface JudgeChoice {
  /** 'engine' and 'onnx': a second model in this tab, by its id on the hub. */
  who: 'none' | 'endpoint' | 'engine' | 'onnx' | 'base'
  url: string
  model: string
  /** The hub's id of the second model; empty in this engine: the built-in one. */
  id: string
  mode: JudgeMode | 'both'
  rubric: string
}
export const NO_JUDGE: JudgeChoice = {
  who: 'none',
  url: '',
  model: '',
  id: '',
  mode: 'pairwise',
  rubric: DEFAULT_RUBRIC,
}

export interface JudgeSurroundings {
  /** The engine that holds the model that was scored. */
  engine: Engine
  /** A second one beside it, with nothing loaded. */
  anotherEngine(): Engine
  hubEndpoint(): string
  allow(url: string): Promise<void>
  key(): string
  on(progress: Progress): void
}

/** What the judge that was chosen makes of the answers; null where nobody judges. One that cannot be had is said. */
export async function judgeWith(
  { who, mode, rubric, ...choice }: JudgeChoice,
  run: Omit<JudgeRun, 'judge' | 'modes' | 'rubric'>,
  around: JudgeSurroundings,
): Promise<Judged | null> {
  if (who === 'none') return null
  const signal = run.signal!
  const cost: JudgeCost = { calls: 0, promptTokens: 0, completionTokens: 0 }
  const modes = mode === 'both' ? JUDGE_MODES : [mode]
  let close: () => unknown = () => {}
  try {
    const opened = await open()
    close = opened.close ?? close
    signal.throwIfAborted()
    return await runJudge({ ...run, judge: { ...opened.judge, cost }, modes, rubric })
  } catch (error) {
    if (signal.aborted) throw error
    const model = who === 'endpoint' ? choice.model : choice.id || who
    const url = who === 'endpoint' ? choice.url : null
    return { model, url, isWeak: false, rubric, cost, results: {}, ratings: {}, error: serializeError(error) }
  } finally {
    await close()
  }

  async function open(): Promise<{ judge: Omit<Judge, 'cost'>; close?: () => unknown }> {
    const { engine, anotherEngine, hubEndpoint, allow, key, on } = around
    if (who === 'base') return { judge: { model: 'base', url: null, isWeak: true, ask: engineJudge(engine, cost) } }
    if (who === 'endpoint') {
      const { url, model } = choice
      await allow(url)
      return { judge: { model, url, isWeak: false, ask: judgeAt({ url, model, key: key() || undefined }, cost) } }
    }
    const endpoint = hubEndpoint()
    if (choice.id !== '') await allow(endpoint)
    else if (who === 'onnx') throw fail('eval-onnx', { task: 'chat', model: '', endpoint, reason: 'no-id' })
    signal.throwIfAborted()
    if (who === 'onnx') {
      const { openOnnxChat } = await import('../companion/client')
      const model = { kind: 'hub', endpoint, id: choice.id, revision: 'main' } as const
      const tell = (item: string, done: number, total: number) =>
        on({ phase: 'download', item, done, total, unit: 'bytes' })
      const chat = await openOnnxChat(model, tell, signal)
      const ask = onnxJudge(chat, cost)
      const { device, precision } = chat.facts
      return {
        judge: { model: `${choice.id} (ONNX ${precision}, ${device})`, url: null, isWeak: false, ask },
        close: chat.close,
      }
    }
    const second = anotherEngine()
    try {
      const source =
        choice.id === ''
          ? ({ kind: 'builtin' } as const)
          : ({ kind: 'hub', endpoint, id: choice.id, revision: 'main' } as const)
      const card = await second.loadModel(source, on, signal)
      const ask = engineJudge(second, cost)
      return { judge: { model: choice.id || card.name, url: null, isWeak: false, ask }, close: () => second.dispose() }
    } catch (error) {
      await second.dispose()
      throw error
    }
  }
}

import { assignSlots } from '../../gpu/arena'
import type { Gpu } from '../../gpu/device'
import { lifetimes, paramBytes } from '../../gpu/replay'
import { Recorder } from '../../gpu/recorder'
import { bufferBytes, byteLength, type Tensor, type TensorDtype } from '../../gpu/tensor'
import { cacheLayout } from '../../contracts/answer-cache'
import type { CacheType } from '../../contracts/answers'
import type { ModelConfig } from '../../contracts/model'
import { chooseChunking } from '../../ops/attention'
import { chooseBest, type Choice } from '../../ops/answering/choose'
import { drawTokens, type Drawing } from '../../ops/answering/draw'
import type { LayerCache } from '../../ops/answering/steps'
import { recordDecoding, type DecodeShape, type PassModel } from '../passes/graphs'
import { scoreLimit } from '../passes/score-limit'
import { ghost } from '../training/training-graph'
import { ANSWER_GROUPS } from '../weights'
import type { GroupAdapter } from './adapter-parts'
import { recordStep, type StepShape } from './step-graph'

/** How many lines at once, of how many tokens each. */
export interface DecoderSize {
  lines: number
  capacity: number
  cache: CacheType
}

/** Model and adapter as answers need them. */
export type AnswerPass = Omit<PassModel, 'chunking'>

const TENSORS = {
  promptIds: 'i32',
  positions: 'i32',
  chosen: 'i32',
  promptLogits: 'f32',
  promptEmbedded: 'f32',
  ids: 'i32',
  rows: 'u32',
  tokens: 'u32',
  logits: 'f32',
  embedded: 'f32',
  uniforms: 'u32',
} as const satisfies Record<string, TensorDtype>
type Name = keyof typeof TENSORS

type Optional = 'promptEmbedded' | 'embedded' | 'uniforms'

/**
 * What host and kernels share beside the caches; embeddings only where their table stays with the host, uniforms where
 * tokens are drawn.
 */
export type AnswerTensors = Record<Exclude<Name, Optional>, Tensor> & Record<Optional, Tensor | null>

/** Each of them by `make`. */
export function answerTensors(
  { vocabSize: V, hiddenSize: C }: ModelConfig,
  o: { lines: number; pieces: number; host: boolean; draws: boolean },
  make: (label: string, dtype: TensorDtype, n: number) => Tensor,
): AnswerTensors {
  const { lines, pieces, host, draws } = o
  const one = (name: Name, n: number): Tensor => make(name, TENSORS[name], n)
  return {
    promptIds: one('promptIds', pieces),
    positions: one('positions', pieces),
    chosen: one('chosen', 1),
    promptLogits: one('promptLogits', V),
    promptEmbedded: host ? one('promptEmbedded', pieces * C) : null,
    ids: one('ids', lines),
    rows: one('rows', lines * 4),
    tokens: one('tokens', lines),
    logits: one('logits', lines * V),
    embedded: host ? one('embedded', lines * C) : null,
    uniforms: draws ? one('uniforms', lines) : null,
  }
}

/** Tokens of a prompt that go through together. */
const promptPieces = (gpu: Gpu, capacity: number): number => Math.min(gpu.kernels.tuning.prefillTokens, capacity)

export interface AnswerGraphs {
  prompt: { record: (r: Recorder, s: DecodeShape) => void; largest: DecodeShape }
  step: { record: (r: Recorder, s: StepShape) => void; largest: StepShape }
}

/** A piece of a prompt and a step of all lines; each ends by choosing the next tokens: the best, or as `how` says. */
export function answerGraphs(
  gpu: Gpu,
  pass: AnswerPass,
  { lines, capacity }: DecoderSize,
  how: Drawing | null,
  m: {
    tensors: AnswerTensors
    prompts: { k: Tensor; v: Tensor }[]
    steps: LayerCache[]
    adapters: (GroupAdapter | null)[][]
  },
): AnswerGraphs {
  const { config } = pass
  const { ids, rows, tokens, uniforms, ...t } = m.tensors
  const T = promptPieces(gpu, capacity)
  const chunking = chooseChunking({ B: 1, Tq: T, Tk: capacity, H: config.heads }, scoreLimit(gpu))
  const V = config.vocabSize
  const prompt = {
    ...{ ids: t.promptIds, positions: t.positions, embedded: t.promptEmbedded, chosen: t.chosen },
    ...{ logits: t.promptLogits, logitRows: 1, capacity },
    k: m.prompts.map(({ k }) => k),
    v: m.prompts.map(({ v }) => v),
  }
  const step = { ids, rows, embedded: t.embedded, logits: t.logits, caches: m.steps, adapters: m.adapters }
  const choose = (r: Recorder, o: Pick<Choice, 'lines' | 'logits' | 'first'>): void => {
    const choice = { ...o, V, rows, ids, tokens }
    if (how) drawTokens(r, { ...choice, how, uniforms: uniforms! })
    else chooseBest(r, choice)
  }
  return {
    prompt: {
      record: (r, s) => {
        recordDecoding(r, { ...pass, chunking }, s, prompt)
        choose(r, { lines: 1, logits: t.promptLogits, first: s.slot })
      },
      largest: { T, first: capacity - T, slot: 0 },
    },
    step: {
      record: (r, s) => {
        recordStep(r, pass, s, step)
        choose(r, { lines: s.lines, logits: t.logits, first: 0 })
      },
      largest: { lines },
    },
  }
}

/**
 * Bytes that a decoder of this size takes, cache and the rest, and the dispatches of a step; allocates nothing. Copies
 * of adapters whose pages end within a group are left out.
 */
export function planAnswers(
  gpu: Gpu,
  pass: AnswerPass,
  host: boolean,
  size: DecoderSize,
  how: Drawing | null,
): { cacheBytes: number; otherBytes: number; stepDispatches: number } {
  const { config } = pass
  const layout = cacheLayout(config, size.lines, size.capacity, size.cache)
  let otherBytes = 0
  const tensors = answerTensors(
    config,
    { lines: size.lines, pieces: gpu.kernels.tuning.prefillTokens, host, draws: how !== null },
    (label, dtype, n) => {
      const tensor = ghost(label, [n], dtype)
      otherBytes += bufferBytes(byteLength(tensor))
      return tensor
    },
  )
  const cache = ghost('cache', [0], size.cache)
  const layers = Array.from({ length: config.layers }, (_, layer) => layer)
  const { prompt, step } = answerGraphs(gpu, pass, size, how, {
    tensors,
    prompts: layers.map(() => ({ k: cache, v: cache })),
    steps: layers.map(() => ({ tensor: cache, capacity: size.capacity, values: layout.values })),
    adapters: layers.map((layer) => ANSWER_GROUPS.map((group) => ghostGroup(pass, layer, group))),
  })
  const measured = [measure(gpu, prompt), measure(gpu, step)]
  otherBytes += measured.reduce((sum, { bytes }) => sum + bytes, 0)
  otherBytes += ringCount(gpu, size.lines) * bufferBytes(size.lines * 4)
  return { cacheBytes: layout.bytes * config.layers, otherBytes, stepDispatches: measured[1].dispatches }
}

/** A prompt of each line and the steps ahead may be under way at once. */
export const ringCount = (gpu: Gpu, lines: number): number => gpu.kernels.tuning.answersAhead + lines + 1

function ghostGroup(pass: AnswerPass, layer: number, group: (typeof ANSWER_GROUPS)[number]): GroupAdapter | null {
  const pairs = group.map((projection) => pass.adapter?.get(layer, projection) ?? null)
  const rank = pairs.find((pair) => pair !== null)?.A.shape[0]
  if (rank === undefined) return null
  return { page: ghost('adapter', [0]), rank, scale: 1, parts: pairs.map((pair) => pair && { a: 0, b: 0 }) }
}

function measure<S>(gpu: Gpu, { record, largest }: { record: (r: Recorder, s: S) => void; largest: S }) {
  const recorder = new Recorder(gpu.kernels)
  record(recorder, largest)
  const { bytes } = assignSlots(recorder.virtual, lifetimes(recorder))
  const dispatches = recorder.dispatches.length
  return { bytes: bytes + paramBytes(dispatches), dispatches }
}

import type { Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'
import { attentionScratch, type AttentionChunking } from '../../ops/attention'
import { headLogits, headLoss, lossSum, type HeadScratch } from '../../ops/head'
import { rmsnormBackward, rmsnormForward } from '../../ops/rmsnorm'
import { embedGather, rowsScatter, rowsSelect } from '../../ops/rows'
import { layerForward } from './layer'
import type { CachedContext, LayerAdapter, LayerContext, Residual } from './layer-context'
import { passSlabElements, residualPitch } from './layer-groups'
import { wholeLayerBackward, wholeLayerForward, type LayerActivations } from './whole-layer'
import type { ModelConfig } from '../../contracts/model'
import type { ModelWeights } from '../weights'

/** Shape of one training or evaluation pass. */
export interface PassShape {
  B: number
  T: number
  /** Trained tokens: rows that reach the loss head. */
  rows: number
}

/** Buffers that the host fills before a pass; [M] or [rows] words each. */
export interface PassInputs {
  ids: Tensor
  positions: Tensor
  segments: Tensor
  /** Row of each trained token in [M]. */
  chosen: Tensor
  /** Its label. */
  targets: Tensor
  /** For each of M: its index among the trained rows, or -1. */
  trainedIndex: Tensor
  /** f32 [M, C] where the input table stays with the host. */
  embedded: Tensor | null
}

export interface PassModel {
  config: ModelConfig
  weights: ModelWeights
  rope: Tensor
  slabElements: number
  chunking: AttentionChunking
  activation: 'f32' | 'f16'
  adapter: LayerAdapter | null
}

function startPass(
  r: Recorder,
  m: PassModel,
  s: PassShape,
  inputs: PassInputs,
): { ctx: LayerContext; embedded: Tensor } {
  const M = s.B * s.T
  const C = m.config.hiddenSize
  const embedded = inputs.embedded ?? r.tensor('embedded', [M, C], { kind: 'checkpoints' })
  if (!inputs.embedded) embedGather(r, { ids: inputs.ids, parts: m.weights.head, out: embedded, M, C })
  const slab = passSlabElements(m.config, m.weights.layers, m.adapter, r.tuning)
  return { embedded, ctx: layerContext(r, m, s, inputs, { keys: s.T, slab }) }
}

function layerContext(
  r: Recorder,
  m: PassModel,
  s: { B: number; T: number },
  inputs: { positions: Tensor; segments?: Tensor },
  o: { keys: number; slab: number },
): LayerContext {
  return {
    r,
    config: m.config,
    B: s.B,
    T: s.T,
    positions: inputs.positions,
    segments: inputs.segments,
    rope: m.rope,
    slab: r.tensor('slab', [o.slab], { kind: 'scratch' }),
    probs: r.tensor('attention probabilities', [attentionScratch(m.chunking, s.T, o.keys)], { kind: 'scratch' }),
    chunking: m.chunking,
    activation: m.activation,
    adapter: m.adapter,
  }
}

/** Hidden rows of the trained tokens, before and after the final norm. */
function trainedRows(
  r: Recorder,
  m: PassModel,
  s: PassShape,
  inputs: PassInputs,
  last: Residual,
): { raw: Tensor; normed: Tensor } {
  const C = m.config.hiddenSize
  const raw = r.tensor('trained rows', [s.rows, C], { kind: 'scratch' })
  rowsSelect(r, { chosen: inputs.chosen, x: last.x, delta: last.delta!, out: raw, rows: s.rows, C })
  const normed = r.tensor('trained rows normed', [s.rows, C], { kind: 'scratch' })
  rmsnormForward(r, { x: raw, weight: m.weights.finalNorm, y: normed, rows: s.rows, C, eps: m.config.rmsNormEps })
  return { raw, normed }
}

function headScratch(r: Recorder, m: PassModel, rows: number): HeadScratch {
  return {
    logits: r.tensor('logits chunk', [rows, Math.min(r.tuning.headChunk, m.config.vocabSize)], { kind: 'scratch' }),
    state: r.tensor('head state', [rows, 4], { kind: 'scratch' }),
    rowScale: r.tensor('head row scale', [rows], { kind: 'scratch' }),
    spread: r.tensor('head spread', [rows], { kind: 'scratch' }),
    targetRows: r.tensor('target rows', [rows, m.config.hiddenSize], { kind: 'scratch' }),
  }
}

/**
 * Forward, loss and backward of one micro batch: adds to the adapter's gradients and to stats (loss, accuracy,
 * entropy).
 * The lowest `recomputed` layers keep only their input and are computed again on the way back.
 */
export function recordTraining(
  r: Recorder,
  m: PassModel & { adapter: LayerAdapter },
  s: PassShape,
  o: { inputs: PassInputs; losses: Tensor; stats: Tensor; recomputed: number },
): void {
  const { config, weights } = m
  const M = s.B * s.T
  const C = config.hiddenSize
  const { ctx, embedded } = startPass(r, m, s, o.inputs)
  const training = m.adapter.training!
  let residual: Residual = { x: embedded, delta: null }
  const kept: LayerActivations[] = []
  for (let layer = 0; layer < config.layers; layer++) {
    const step = wholeLayerForward(ctx, layer, weights.layers[layer], residual, 'activations')
    kept.push(step.kept)
    residual = step.output
  }
  const hidden = trainedRows(r, m, s, o.inputs, residual)
  const dh = r.tensor('dhidden', [s.rows, C], { kind: 'scratch' })
  headLoss(r, {
    hidden: hidden.normed,
    targets: o.inputs.targets,
    parts: weights.head,
    rows: s.rows,
    C,
    losses: o.losses,
    scratch: headScratch(r, m, s.rows),
    gradient: { dh, run: training.run },
  })
  lossSum(r, { losses: o.losses, run: training.run, stats: o.stats, rows: s.rows })
  const draw = r.tensor('dtrained rows', [s.rows, C], { kind: 'scratch' })
  rmsnormBackward(r, {
    x: hidden.raw,
    weight: weights.finalNorm,
    dy: dh,
    dx: draw,
    rows: s.rows,
    C,
    eps: config.rmsNormEps,
  })
  const pitch = residualPitch(config, weights.layers, m.adapter)
  const dx = r.tensor('dx', [M, pitch], { kind: 'scratch' })
  rowsScatter(r, { trained: o.inputs.trainedIndex, d: draw, out: dx, M, C, pitch })
  for (let layer = config.layers - 1; layer >= 0; layer--) {
    const w = weights.layers[layer]
    const saved =
      layer < o.recomputed
        ? wholeLayerForward(ctx, layer, w, { x: kept[layer].x, delta: null }, 'scratch', true).kept
        : kept[layer]
    wholeLayerBackward(ctx, layer, w, saved, { tensor: dx, pitch }, layer === 0)
  }
}

/** Forward and per-row losses only. `probe` may look at the residual stream after each layer. */
export function recordEvaluation(
  r: Recorder,
  m: PassModel,
  s: PassShape,
  o: { inputs: PassInputs; losses: Tensor; probe?: (layer: number, residual: Residual) => void },
): void {
  const { config, weights } = m
  const { ctx, embedded } = startPass(r, m, s, o.inputs)
  let residual: Residual = { x: embedded, delta: null }
  for (let layer = 0; layer < config.layers; layer++) {
    residual = wholeLayerForward(ctx, layer, weights.layers[layer], residual, 'scratch').output
    o.probe?.(layer, residual)
  }
  headLoss(r, {
    hidden: trainedRows(r, m, s, o.inputs, residual).normed,
    targets: o.inputs.targets,
    parts: weights.head,
    rows: s.rows,
    C: config.hiddenSize,
    losses: o.losses,
    scratch: headScratch(r, m, s.rows),
  })
}

/** Shape of one piece of a prompt: T new tokens after `first` cached ones of the line in a slot of the caches. */
export interface DecodeShape {
  T: number
  first: number
  slot: number
}

/** T new tokens of one line through the cache; logits [logitRows, V] of the chosen ones. */
export function recordDecoding(
  r: Recorder,
  m: PassModel,
  s: DecodeShape,
  o: {
    ids: Tensor
    positions: Tensor
    embedded: Tensor | null
    /** [logit rows] row indices among the T. */
    chosen: Tensor
    logits: Tensor
    logitRows: number
    k: Tensor[]
    v: Tensor[]
    /** Rows of a slot of the caches. */
    capacity: number
  },
): void {
  const { config, weights } = m
  const C = config.hiddenSize
  const embedded = o.embedded ?? r.tensor('embedded', [s.T, C])
  if (!o.embedded) embedGather(r, { ids: o.ids, parts: weights.head, out: embedded, M: s.T, C })
  const ctx: CachedContext = {
    ...layerContext(r, m, { B: 1, T: s.T }, { positions: o.positions }, { keys: s.first + s.T, slab: m.slabElements }),
    cache: { first: s.first, from: s.slot * o.capacity, k: o.k, v: o.v },
  }
  let residual: Residual = { x: embedded, delta: null }
  for (let layer = 0; layer < config.layers; layer++) {
    residual = layerForward(ctx, layer, weights.layers[layer], residual)
  }
  const rows = o.logitRows
  const raw = r.tensor('last rows', [rows, C])
  rowsSelect(r, { chosen: o.chosen, x: residual.x, delta: residual.delta!, out: raw, rows, C })
  const normed = r.tensor('last rows normed', [rows, C])
  rmsnormForward(r, { x: raw, weight: weights.finalNorm, y: normed, rows, C, eps: config.rmsNormEps })
  headLogits(r, { hidden: normed, parts: weights.head, logits: o.logits, rows, C, V: config.vocabSize })
}

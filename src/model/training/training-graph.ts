import { assignSlots } from '../../gpu/arena'
import type { Gpu } from '../../gpu/device'
import { lifetimes } from '../../gpu/replay'
import { Recorder } from '../../gpu/recorder'
import { byteLength, type Tensor, type TensorDtype } from '../../gpu/tensor'
import { attentionScratch } from '../../ops/attention'
import { adapterLayout, type AdapterLayout, type LoraTensors } from '../adapter-store'
import type { LayerAdapter } from '../passes/layer-context'
import { recordTraining, type PassInputs, type PassModel, type PassShape } from '../passes/graphs'
import { RUN, STATS } from '../../ops/step-words'
import type { ModelConfig, Projection } from '../../contracts/model'
import { type LoraConfig } from '../../contracts/lora'
import { loraScale } from '../../formats/lora-scale'

/**
 * Everything of a training pass that is not its shape. The tensors may be ghosts: planning needs sizes, not buffers.
 */
export interface TrainingGraph {
  pass: Omit<PassModel, 'adapter'>
  lora: LoraConfig
  parameter: (layer: number, projection: Projection) => LoraTensors | null
  gradient: (layer: number, projection: Projection) => LoraTensors
  inputs: PassInputs
  run: Tensor
  stats: Tensor
  losses: Tensor
  recomputed: number
}

/** The record function of the training pass. */
export function trainingRecorder(g: TrainingGraph): (r: Recorder, s: PassShape) => void {
  const { chunking } = g.pass
  return (r, s) => {
    const dprobs = r.tensor('attention dprobabilities', [attentionScratch(chunking, s.T, s.T)], { kind: 'scratch' })
    const training = { gradient: g.gradient, dropout: g.lora.lora_dropout, run: g.run, dprobs }
    const adapter = { scale: loraScale(g.lora), get: g.parameter, training }
    recordTraining(r, { ...g.pass, adapter }, s, {
      inputs: g.inputs,
      losses: g.losses,
      stats: g.stats,
      recomputed: g.recomputed,
    })
  }
}

/** A tensor that stands for memory counted elsewhere. */
export function ghost(label: string, shape: readonly number[], dtype: TensorDtype = 'f32'): Tensor {
  return { label, dtype, shape, id: -1, buffer: null, offset: 0, kind: 'ghost' }
}

/** The same graph with ghosts for weights of the adapter, gradients and inputs. */
export function ghostGraph(
  pass: Omit<PassModel, 'adapter'>,
  lora: LoraConfig,
  M: number,
  host: boolean,
  recomputed: number,
): TrainingGraph {
  const layout = adapterLayout(pass.config, lora)
  const pairs = ghostPairs(layout)
  const ints = ghost('input', [M], 'i32')
  return {
    pass,
    lora,
    parameter: (layer, projection) => pairs.get(`${layer}.${projection}`) ?? null,
    gradient: (layer, projection) => pairs.get(`${layer}.${projection}`)!,
    inputs: {
      ids: ints,
      positions: ints,
      segments: ints,
      chosen: ints,
      targets: ints,
      trainedIndex: ints,
      embedded: host ? ghost('embedded', [M, pass.config.hiddenSize]) : null,
    },
    run: ghost('run', [RUN.count]),
    stats: ghost('stats', [STATS.count]),
    losses: ghost('losses', [M, 4]),
    recomputed,
  }
}

/** An adapter that is not there yet, for plans of what needs no gradient. */
export function ghostAdapter(config: ModelConfig, lora: LoraConfig): LayerAdapter {
  const pairs = ghostPairs(adapterLayout(config, lora))
  return { scale: loraScale(lora), get: (layer, projection) => pairs.get(`${layer}.${projection}`) ?? null }
}

function ghostPairs(layout: AdapterLayout): Map<string, LoraTensors> {
  const pairs = new Map<string, LoraTensors>()
  for (const slot of layout.slots) {
    const key = `${slot.layer}.${slot.projection}`
    const pair = pairs.get(key) ?? ({} as LoraTensors)
    pair[slot.side] = ghost(slot.name, slot.shape)
    pairs.set(key, pair)
  }
  return pairs
}

/** Bytes by kind that the pass takes at its largest shape, and its dispatches, without a device call. */
export function measurePass(
  gpu: Gpu,
  graph: TrainingGraph,
  shape: PassShape,
): { byKind: Map<string, number>; bytes: number; dispatches: number; largestBytes: number } {
  const recorder = new Recorder(gpu.kernels)
  trainingRecorder(graph)(recorder, shape)
  const placement = assignSlots(recorder.virtual, lifetimes(recorder))
  const byKind = new Map<string, number>()
  for (const slot of placement.slots) byKind.set(slot.kind, (byKind.get(slot.kind) ?? 0) + slot.bytes)
  let largestBytes = 0
  for (const { tensors } of recorder.dispatches)
    for (const tensor of tensors) largestBytes = Math.max(largestBytes, byteLength(tensor))
  return { byKind, bytes: placement.bytes, dispatches: recorder.dispatches.length, largestBytes }
}

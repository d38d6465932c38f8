import { beforeAll, describe, expect, it } from 'vitest'
import { parseModelConfig } from '../../src/architecture/config'
import { linearShape } from '../../src/architecture/names'
import { PROJECTIONS, type ModelConfig, type Projection } from '../../src/contracts/model'
import type { Gpu } from '../../src/gpu/device'
import { KernelCache } from '../../src/gpu/kernel'
import { defaultTuning, type Tuning } from '../../src/gpu/tuning'
import { planAnswers } from '../../src/model/answering/answer-graphs'
import { ghost, ghostGraph, measurePass } from '../../src/model/training/training-graph'
import type { LayerWeights, ModelWeights } from '../../src/model/weights'
import type { Drawing } from '../../src/ops/answering/draw'
import { chooseChunking } from '../../src/ops/attention'
import { KNOWN_MODELS } from '../../src/state/known-models'
import type { LinearWeight } from '../../src/ops/linear'
import { nf4Layout } from '../../src/ops/nf4'

// How many dispatches a step takes: every one costs a host some microseconds and the GPU a gap. Recording needs no
// device but one that hands out layouts.
const device = { createBindGroupLayout: () => ({}), limits: { maxStorageBufferBindingSize: 2 ** 27 } }

beforeAll(() => {
  Object.assign(globalThis, { GPUShaderStage: { COMPUTE: 4 } })
})

const QWEN_HALF_B = KNOWN_MODELS.find(({ id }) => id === 'Qwen/Qwen2.5-0.5B-Instruct')!.config

function weightsOf(config: ModelConfig, biased: boolean): ModelWeights {
  const buffer = { size: 2 ** 30 } as GPUBuffer
  const vector = (n: number) => ({ ...ghost('vector', [n]), buffer })
  const linear = (projection: (typeof PROJECTIONS)[number]): { weight: LinearWeight; bias: null } => {
    const [N, K] = linearShape(config, projection)
    return { weight: { kind: 'nf4', N, K, buffer, layout: nf4Layout(N * K, true), nestedOffset: 0 }, bias: null }
  }
  const layer = (): LayerWeights => ({
    inputNorm: vector(config.hiddenSize),
    postNorm: vector(config.hiddenSize),
    qNorm: null,
    kNorm: null,
    linears: Object.fromEntries(PROJECTIONS.map((p) => [p, linear(p)])) as LayerWeights['linears'],
    joinedBiases: {
      attention: biased ? vector((config.heads + 2 * config.kvHeads) * config.headDim) : null,
      feedForward: null,
    },
  })
  const table = ghost('head', [config.vocabSize, config.hiddenSize], 'bf16')
  return {
    head: [{ tensor: { ...table, buffer }, first: 0, count: config.vocabSize }],
    hostEmbedding: null,
    finalNorm: vector(config.hiddenSize),
    layers: Array.from({ length: config.layers }, layer),
    nf4Bytes: 0,
    headBytes: 0,
    otherBytes: 0,
  }
}

/** A device that computes nothing, and the model's pass on it. */
function planned(tokens: number, B = 1, nf4InTile: Tuning['nf4InTile'] = {}) {
  const config = parseModelConfig(JSON.stringify(QWEN_HALF_B))
  const traits = { isSoftware: false, vendor: 'nvidia', architecture: 'ampere', subgroups: null, workgroupBytes: 32768 }
  const tuning = { ...defaultTuning(traits), nf4InTile }
  const gpu = { device, counts: { pipelines: 0 } } as unknown as Gpu
  const pass = {
    config,
    weights: weightsOf(config, true),
    rope: ghost('rope', [B * tokens]),
    slabElements: 8,
    chunking: chooseChunking({ B, Tq: tokens, Tk: tokens, H: config.heads }, tuning.scoreBytes),
    activation: 'f32' as const,
  }
  return { pass, gpu: { ...gpu, kernels: new KernelCache(gpu, tuning) } }
}

function measured(
  shape: { B: number; T: number },
  o: { dropout?: number; nf4InTile?: Tuning['nf4InTile']; linears?: readonly Projection[] } = {},
) {
  const { pass, gpu } = planned(shape.T, shape.B, o.nf4InTile)
  const target_modules = [...(o.linears ?? PROJECTIONS)]
  const lora = { r: 16, lora_alpha: 32, lora_dropout: o.dropout ?? 0, target_modules, use_rslora: false }
  const M = shape.B * shape.T
  return measurePass(gpu, ghostGraph(pass, lora, M, false, 0), { ...shape, rows: M })
}

const dispatches = (...of: Parameters<typeof measured>): number => measured(...of).dispatches

describe('dispatches of a training pass of Qwen2.5-0.5B with every linear adapted', () => {
  it('one row of 256 tokens: at most 900', () => expect(dispatches({ B: 1, T: 256 })).toBe(881))
  it('two of 512 with dropout: four a layer more, less the lowest', () =>
    expect(dispatches({ B: 2, T: 512 }, { dropout: 0.05 })).toBe(881 + 24 * 4 - 1))

  const inTile = { forward: 'workgroup 8x8', backward: 'workgroup 8x8' } as const
  it('weights decoded in the tiles: no more of them, and the slab is gone', () => {
    const shape = { B: 2, T: 512 }
    const [slab, half, without] = [{}, { forward: inTile.forward }, inTile].map((nf4InTile) =>
      measured(shape, { dropout: 0.05, nf4InTile }),
    )
    expect(without.dispatches).toBe(slab.dispatches)
    // gate and up with their two B: [2 * 4864, 896 + 2 * 16] f32, in whatever slot it had.
    const slabBytes = 2 * 4864 * (896 + 32) * 4
    expect(slab.bytes - without.bytes).toBeGreaterThan(slabBytes / 2)
    expect(slab.bytes - without.bytes).toBeLessThanOrEqual(slabBytes)
    // One way alone still wants it.
    expect(half.bytes).toBeGreaterThan(without.bytes)
    // A group that is not adapted has nothing left to do before its product.
    const linears = ['q_proj', 'v_proj'] as const
    expect(dispatches(shape, { nf4InTile: inTile, linears })).toBeLessThan(dispatches(shape, { linears }))
  })
})

describe('dispatches of an answered token of Qwen2.5-0.5B with every linear adapted', () => {
  const stepOf = (lines: number, how: Drawing | null): number => {
    const { pass, gpu } = planned(512)
    const pair = { A: ghost('A', [16, 8]), B: ghost('B', [8, 16]) }
    const adapted = { ...pass, adapter: { scale: 2, get: () => pair } }
    return planAnswers(gpu, adapted, false, { lines, capacity: 512, cache: 'f32' }, how).stepDispatches
  }

  it('nine a layer, and five: embedding, last norm, head, the choice in two', () => {
    for (const lines of [1, 8]) expect(stepOf(lines, null)).toBe(24 * 9 + 5)
  })

  it('drawn: one more, and four each for top-k and top-p', () => {
    for (const lines of [1, 8]) {
      expect(stepOf(lines, { temperature: 1, topK: 0, topP: 1 })).toBe(24 * 9 + 6)
      expect(stepOf(lines, { temperature: 1, topK: 50, topP: 1 })).toBe(24 * 9 + 10)
      expect(stepOf(lines, { temperature: 1, topK: 0, topP: 0.9 })).toBe(24 * 9 + 10)
      expect(stepOf(lines, { temperature: 1, topK: 50, topP: 0.9 })).toBe(24 * 9 + 14)
    }
  })
})

import { describe, expect, test } from 'vitest'
import { optimizerMaps } from '../../src/model/training/optimizer-maps'
import { adamw, blockEntry, hyperWords, type AdamwFormula } from '../../src/ops/adamw'
import {
  bits,
  differing,
  eightBitStep,
  freshState,
  fullStep,
  packRecords,
  unpackRecords,
  type EightBitState,
} from '../helpers/adamw-twin'
import { figure } from '../helpers/figures'
import { runOps } from '../helpers/gpu'
import { goldenJson, goldenTensors } from '../helpers/golden'
import { statsWords } from '../helpers/step-words'

const steps = goldenJson<{ learning_rates: number[]; betas: number[]; eps: number; weight_decay: number }>(
  'adamw/steps.json',
)
const options = (step: number) => ({
  lr: steps.learning_rates[step - 1],
  beta1: steps.betas[0],
  beta2: steps.betas[1],
  eps: steps.eps,
  weightDecay: steps.weight_decay,
  maxGradNorm: 0,
})
const STEPS = [1, 2, 3, 4]

const eight = await goldenTensors('adamw/eight.safetensors')
const small = await goldenTensors('adamw/f32.safetensors')
const numbers = (from: typeof eight, name: string): Float32Array => from.get(name)!.data

/**
 * torch's sqrt is off by one unit (2^-23) in a fifth of its results, ours never; each of the four roundings from the
 * root to the update may then fall on either side, one unit more each. The update may be as large as the parameter
 * before and after together, and the new parameter is rounded: 2 * 5 + 1 = 11 can come together. They do so by chance
 * alone: of the committed thousands none is beyond four (seen: 2.04), of the millions that `npm run prove` makes a few
 * (seen: 4.35).
 */
const UNITS = (numbers(eight, 'param.0').length < 100_000 ? 4 : 11) * 2 ** -23

function stateAfter(step: number, n: number): EightBitState {
  if (step === 0) return freshState(n)
  return {
    m: Uint8Array.from(numbers(eight, `m.${step}`)),
    v: Uint8Array.from(numbers(eight, `v.${step}`)),
    absmaxM: numbers(eight, `absmax_m.${step}`),
    absmaxV: numbers(eight, `absmax_v.${step}`),
  }
}

/** Largest difference as a share of the numbers that the new parameter is made of. */
function paramError(got: Float32Array, want: Float32Array, before: Float32Array): number {
  return got.reduce(
    (worst, x, i) => Math.max(worst, Math.abs(x - want[i]) / Math.max(Math.abs(before[i]), Math.abs(want[i]))),
    0,
  )
}

function expectState(got: EightBitState, want: EightBitState, what: string): void {
  expect(figure('adamw codes of m', differing(got.m, want.m)), `codes of m, ${what}`).toBe(0)
  expect(figure('adamw codes of v', differing(got.v, want.v)), `codes of v, ${what}`).toBe(0)
  expect(figure('adamw scales', differing(bits(got.absmaxM), bits(want.absmaxM))), `scales of m, ${what}`).toBe(0)
  expect(figure('adamw scales', differing(bits(got.absmaxV), bits(want.absmaxV))), `scales of v, ${what}`).toBe(0)
}

/** Blocks of a tensor that starts at element 0. */
function blocksOf(n: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: Math.ceil(n / 256) }, (_, b) => blockEntry(b * 256, Math.min(256, n - b * 256)))
}

async function gpuStep(
  formula: AdamwFormula,
  step: number,
  param: Float32Array,
  grad: Float32Array,
  state: Uint32Array,
) {
  const table = blocksOf(param.length)
  const out = await runOps(
    {
      hyper: { data: hyperWords(options(step), step) },
      stats: { data: statsWords({ grad_norm: 1, clip: 1 }) },
      blocks: { data: table },
      param: { data: param },
      grad: { data: grad },
      state: { data: state },
      maps: { data: optimizerMaps() },
    },
    (r, t) => adamw(r, { formula, ...t, first: 0, count: table.length }),
  )
  return { param: out.param, grad: out.grad, state: out.state.buffer as ArrayBuffer }
}

describe('8-bit AdamW against bitsandbytes on CPU, one step from its own states', () => {
  const n = numbers(eight, 'param.0').length
  for (const step of STEPS) {
    test(`step ${step}: the plain twin`, () => {
      const words = hyperWords(options(step), step)
      const next = eightBitStep(
        words,
        numbers(eight, `param.${step - 1}`),
        numbers(eight, `grad.${step}`),
        stateAfter(step - 1, n),
      )
      expectState(next.state, stateAfter(step, n), `step ${step}`)
      expect(
        paramError(next.param, numbers(eight, `param.${step}`), numbers(eight, `param.${step - 1}`)),
      ).toBeLessThanOrEqual(UNITS)
    })
    test(`step ${step}: on the GPU`, async () => {
      const param = numbers(eight, `param.${step - 1}`)
      const grad = numbers(eight, `grad.${step}`)
      const out = await gpuStep('bnb8', step, param, grad, packRecords(stateAfter(step - 1, n)))
      expectState(unpackRecords(out.state, n), stateAfter(step, n), `step ${step}`)
      const twin = eightBitStep(hyperWords(options(step), step), param, grad, stateAfter(step - 1, n))
      expect(differing(bits(out.param), bits(twin.param)), 'parameters against the twin').toBe(0)
      expect(
        figure('adamw parameter', paramError(out.param, numbers(eight, `param.${step}`), param)),
      ).toBeLessThanOrEqual(UNITS)
      figure('adamw elements', n)
      expect(out.grad.every((g) => g === 0)).toBe(true)
    })
  }
})

describe('AdamW with states of 32 bits', () => {
  const n = numbers(small, 'param.0').length
  for (const [formula, key, states] of [
    ['torch', 'param', ''],
    ['bnb32', 'bnb_param', 'bnb_'],
  ] as const) {
    test(`${formula}: four steps, twin and GPU alike`, async () => {
      let param = small.get(`${key}.0`)?.data ?? numbers(small, 'param.0')
      let m = new Float32Array(n)
      let v = new Float32Array(n)
      for (const step of STEPS) {
        const grad = numbers(small, `grad.${step}`)
        const twin = fullStep(formula, hyperWords(options(step), step), param, grad, m, v)
        const state = new Float32Array(Math.ceil(n / 256) * 512)
        for (let i = 0; i < n; i++) {
          state[Math.floor(i / 256) * 512 + (i % 256)] = m[i]
          state[Math.floor(i / 256) * 512 + 256 + (i % 256)] = v[i]
        }
        const out = await gpuStep(formula, step, param, grad, new Uint32Array(state.buffer))
        expect(differing(bits(out.param), bits(twin.param)), `GPU against twin, step ${step}`).toBe(0)
        const left = new Float32Array(out.state)
        const half = (which: 0 | 256) => param.map((_, i) => left[Math.floor(i / 256) * 512 + which + (i % 256)])
        expect(differing(bits(half(0)), bits(twin.m)), `GPU's m against the twin's, step ${step}`).toBe(0)
        expect(differing(bits(half(256)), bits(twin.v)), `GPU's v against the twin's, step ${step}`).toBe(0)
        expect(
          out.grad.every((g) => g === 0),
          'the gradient is cleared',
        ).toBe(true)
        expect(
          paramError(twin.param, numbers(small, `${key}.${step}`), param),
          `parameters of step ${step}`,
        ).toBeLessThanOrEqual(UNITS)
        expect(differing(bits(twin.m), bits(numbers(small, `${states}m.${step}`))), 'm').toBe(0)
        expect(differing(bits(twin.v), bits(numbers(small, `${states}v.${step}`))), 'v').toBe(0)
        param = numbers(small, `${key}.${step}`)
        m = twin.m as Float32Array<ArrayBuffer>
        v = twin.v as Float32Array<ArrayBuffer>
      }
    })
  }
})

import valuesWgsl from '../../shaders/nf4-values.wgsl?raw'
import ownWgsl from '../../shaders/nf4.wgsl?raw'
import { grid, type Recorder } from '../gpu/recorder'
import { bufferTensor, type Tensor } from '../gpu/tensor'

const wgsl = valuesWgsl + ownWgsl
const absmaxSource = { name: 'nf4_absmax', wgsl }
const encodeSource = { name: 'nf4_encode', wgsl }
const dequantizeSource = { name: 'nf4_dequantize', wgsl }

/** Where the parts of a packed weight stand in its one buffer, in words; see shaders/nf4.wgsl. */
export interface Nf4Layout {
  nestedAt: number
  absmaxAt: number
  codeAt: number
  words: number
  nested: boolean
}

/** The words before the scales: the dynamic map. */
const NF4_TABLE_WORDS = 256

/** Layout of a weight of n elements. 4.127 bits an element when nested, 4.5 otherwise, plus the tables. */
export function nf4Layout(n: number, nested: boolean): Nf4Layout {
  const blocks = Math.ceil(n / 64)
  const nestedAt = NF4_TABLE_WORDS
  const absmaxAt = nestedAt + (nested ? Math.ceil(blocks / 256) : 0)
  const codeAt = absmaxAt + (nested ? Math.ceil(blocks / 4) : blocks)
  return { nestedAt, absmaxAt, codeAt, words: codeAt + Math.ceil(n / 8), nested }
}

/** A quantised weight [N, K] on the GPU. */
export interface Nf4Weight {
  kind: 'nf4'
  N: number
  K: number
  buffer: GPUBuffer
  /** Where it begins in the buffer, in bytes (a multiple of 256): weights that answers multiply together share one. */
  at?: number
  layout: Nf4Layout
  nestedOffset: number
}

/** Its one buffer as words. */
export function weightTensor(weight: Nf4Weight): Tensor {
  return bufferTensor('nf4', 'u32', [weight.layout.words], weight.buffer, weight.at)
}

function weightParams({ layout, nestedOffset }: Nf4Weight): Record<string, number> {
  return { code_at: layout.codeAt, absmax_at: layout.absmaxAt, nested_at: layout.nestedAt, nested_offset: nestedOffset }
}

/** Elements [first, first + n) of the flattened weight into `out`; first a multiple of 8. */
export function nf4Dequantize(r: Recorder, o: { weight: Nf4Weight; out: Tensor; first: number; n: number }): void {
  r.dispatch({
    source: dequantizeSource,
    defines: { NESTED: o.weight.layout.nested, VECTOR: o.n % 8 === 0 },
    tensors: { weight: weightTensor(o.weight), out: o.out },
    params: { n: o.n, first: o.first, ...weightParams(o.weight) },
    workgroups: grid(Math.ceil(o.n / 8), 64),
    flops: 4 * o.n,
  })
}

export type SourceFormat = 'bf16' | 'half' | 'f32'

/** absmax of every block of 64 source elements. */
export function nf4Absmax(r: Recorder, o: { source: Tensor; format: SourceFormat; absmax: Tensor; n: number }): void {
  r.dispatch({
    source: absmaxSource,
    defines: { SOURCE: o.format },
    tensors: { source: o.source, absmax: o.absmax },
    params: { n: o.n },
    workgroups: grid(Math.ceil(o.n / 64), 64),
  })
}

/**
 * Codes of n source elements (a multiple of 64) into the weight from word `wordAt`; reciprocal: 1 / absmax a block,
 * rounded by the host.
 */
export function nf4Encode(
  r: Recorder,
  o: {
    source: Tensor
    format: SourceFormat
    reciprocal: Tensor
    thresholds: Tensor
    weight: Tensor
    n: number
    wordAt: number
  },
): void {
  r.dispatch({
    source: encodeSource,
    defines: { SOURCE: o.format },
    tensors: { source: o.source, reciprocal: o.reciprocal, thresholds: o.thresholds, weight: o.weight },
    params: { n: o.n, word_at: o.wordAt },
    workgroups: grid(Math.ceil(o.n / 8), 64),
  })
}

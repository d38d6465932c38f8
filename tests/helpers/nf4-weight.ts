import { dequantizeBlocks, dequantizeScales, doubleQuantize, quantizeBlocks, signedMap } from '../../src/formats/nf4'
import { nf4Layout, type Nf4Layout } from '../../src/ops/nf4'

/** A weight quantised on the host, as words for the GPU, and what its codes stand for. */
export interface HostNf4 {
  words: Uint32Array
  layout: Nf4Layout
  nestedOffset: number
  values: Float32Array
}

export function hostNf4(values: Float32Array, nested: boolean): HostNf4 {
  const layout = nf4Layout(values.length, nested)
  const words = new Uint32Array(Math.ceil(layout.words / 4) * 4)
  const floats = new Float32Array(words.buffer)
  const bytes = new Uint8Array(words.buffer)
  const { codes, absmax } = quantizeBlocks(values)
  floats.set(signedMap, 0)
  bytes.set(codes, layout.codeAt * 4)
  if (!nested) {
    floats.set(absmax, layout.absmaxAt)
    return { words, layout, nestedOffset: 0, values: dequantizeBlocks(codes, absmax, values.length) }
  }
  const scales = doubleQuantize(absmax)
  floats.set(scales.nestedAbsmax, layout.nestedAt)
  bytes.set(scales.codes, layout.absmaxAt * 4)
  return {
    words,
    layout,
    nestedOffset: scales.offset,
    values: dequantizeBlocks(codes, dequantizeScales(scales), values.length),
  }
}

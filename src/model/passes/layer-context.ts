import type { Recorder } from '../../gpu/recorder'
import type { Tensor } from '../../gpu/tensor'
import type { AttentionChunking } from '../../ops/attention'
import type { LoraTensors } from '../adapter-store'
import type { ModelConfig, Projection } from '../../contracts/model'

/** The residual stream between layers: x plus a part that the next norm adds on its way. */
export interface Residual {
  x: Tensor
  delta: Tensor | null
}

/** What every layer of one graph shares. */
export interface LayerContext {
  r: Recorder
  config: ModelConfig
  B: number
  /** New tokens of each line. */
  T: number
  positions: Tensor
  segments?: Tensor
  rope: Tensor
  slab: Tensor
  probs: Tensor
  chunking: AttentionChunking
  /**
   * Element type of the activations that are kept: normed inputs, q, k, v, attended values, gate and up. The residual
   * stream, scores, the SwiGLU product, gradients and everything of the adapter stay f32: there f16 would overflow or
   * vanish.
   */
  activation: 'f32' | 'f16'
  adapter: LayerAdapter | null
}

/** For answers. */
export interface CachedContext extends LayerContext {
  /** Keys and values of earlier tokens, `first` of them; the line's own begin at row `from` of the caches. */
  cache: { first: number; from: number; k: Tensor[]; v: Tensor[] }
}

export interface LayerAdapter {
  scale: number
  get: (layer: number, projection: Projection) => LoraTensors | null
  /** Training only. */
  training?: {
    gradient: (layer: number, projection: Projection) => LoraTensors
    dropout: number
    run: Tensor
    dprobs: Tensor
  }
}

import type { GgufFamily, ModelConfig } from '../../contracts/model'
import { fail } from '../../errors/index'

/**
 * How llama.cpp computes this model. Throws 'gguf-architecture' where it does not know the family, 'gguf-option' for
 * an option of the configuration that a GGUF file of this architecture has no place for.
 */
export function ggufFamily(config: ModelConfig): GgufFamily {
  const { gguf, ropeScaling, layerKinds } = config
  if (!gguf) throw fail('gguf-architecture', { family: config.family })
  const { architecture, ropeDivisors, unrotatedEvery } = gguf
  const refuse = (field: string, value: string) => fail('gguf-option', { architecture, field, value })
  const rotates = !ropeScaling || ropeScaling.type === 'linear' || (ropeScaling.type === 'llama3' && ropeDivisors)
  if (!rotates) throw refuse('rope_scaling', ropeScaling.type)
  const wrong = layerKinds.findIndex(({ rope }, layer) => rope !== isRotated(layer, unrotatedEvery))
  if (wrong >= 0) throw refuse(`no_rope_layers[${wrong}]`, layerKinds[wrong].rope ? '1' : '0')
  return gguf
}

const isRotated = (layer: number, every: number | null) => every === null || (layer + 1) % every !== 0

import { expect, it } from 'vitest'
import type { LoraConfig, LoraPair } from '../../src/contracts/lora'
import type { Projection } from '../../src/contracts/model'
import { loraScale } from '../../src/formats/lora-scale'
import { mixLora } from '../../src/formats/mix-lora'

let seed = 1
const draw = (length: number) =>
  Float32Array.from({ length }, () => (seed = (seed * 48271) % 2147483647) / 2 ** 31 - 0.5)
const [IN, OUT] = [5, 7]

function adapter(r: number, targets: Projection[], more: Partial<LoraConfig> = {}) {
  const lora: LoraConfig = { r, lora_alpha: 3, lora_dropout: 0.1, target_modules: targets, use_rslora: false, ...more }
  const pairs: LoraPair[] = [0, 1].flatMap((layer) =>
    targets.map((projection) => ({
      ...{ layer, projection, r, inFeatures: IN, outFeatures: OUT, A: draw(r * IN), B: draw(OUT * r) },
    })),
  )
  return { lora, pairs }
}

/** By what an adapter changes a module's weight, [OUT, IN]; nothing where it has no pair. */
function change({ lora, pairs }: ReturnType<typeof adapter>, layer: number, projection: Projection): number[] {
  const pair = pairs.find((one) => one.layer === layer && one.projection === projection)
  return Array.from({ length: OUT * IN }, (_, i) => {
    if (!pair) return 0
    const [row, column] = [Math.floor(i / IN), i % IN]
    let sum = 0
    for (let k = 0; k < lora.r; k++) sum += pair.B[row * lora.r + k] * pair.A[k * IN + column]
    return loraScale(lora) * sum
  })
}

it('changes every weight by the weighted sum of what the adapters change, other ranks and modules included', () => {
  const first = adapter(2, ['q_proj', 'v_proj'])
  const second = adapter(3, ['v_proj', 'down_proj'], { lora_alpha: 12, use_rslora: true })
  const mixed = mixLora([
    { ...first, weight: 0.7 },
    { ...second, weight: -0.4 },
  ])
  expect(mixed.lora).toEqual({
    r: 5,
    lora_alpha: 5,
    lora_dropout: 0,
    target_modules: ['q_proj', 'v_proj', 'down_proj'],
    use_rslora: false,
  })
  expect(mixed.pairs.map(({ layer, projection }) => `${layer}.${projection}`)).toEqual(
    [0, 1].flatMap((layer) => ['q_proj', 'v_proj', 'down_proj'].map((projection) => `${layer}.${projection}`)),
  )
  for (const layer of [0, 1]) {
    for (const projection of mixed.lora.target_modules) {
      const [a, b] = [change(first, layer, projection), change(second, layer, projection)]
      const got = change(mixed, layer, projection)
      for (const [i, value] of got.entries()) expect(value).toBeCloseTo(0.7 * a[i] - 0.4 * b[i], 6)
    }
  }
})

it('weakens or strengthens one adapter', () => {
  const one = adapter(2, ['q_proj'])
  const half = mixLora([{ ...one, weight: 0.5 }])
  const [whole, weaker] = [change(one, 1, 'q_proj'), change(half, 1, 'q_proj')]
  for (const [i, value] of weaker.entries()) expect(value).toBeCloseTo(whole[i] / 2, 6)
})

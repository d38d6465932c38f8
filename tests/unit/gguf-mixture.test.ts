import { describe, expect, it } from 'vitest'
import { ggmlTypeOf } from '../../src/formats/gguf/mixture'
import type { GgufKind, MixtureModel } from '../../src/formats/gguf/mixture'

const model: MixtureModel = { layers: 24, tied: true, isLarge: false }
const type = (kind: GgufKind, name: string, shape: number[], change: Partial<MixtureModel> = {}) =>
  ggmlTypeOf(kind, name, shape, { ...model, ...change })

describe('element types', () => {
  it('keep vectors in f32 and matrices as the kind says', () => {
    for (const kind of ['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'q4_k_m'] as const) {
      expect(type(kind, 'blk.0.attn_norm.weight', [896])).toBe('F32')
      expect(type(kind, 'blk.0.attn_q.bias', [896])).toBe('F32')
    }
    expect(
      ['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'q4_k_m'].map((kind) =>
        type(kind as GgufKind, 'blk.3.attn_q.weight', [512, 512]),
      ),
    ).toEqual(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_K'])
  })

  it('keep the head finer, and the embedding where it is the head', () => {
    for (const kind of ['q4_0', 'q4_k_m'] as const) {
      expect(type(kind, 'token_embd.weight', [1000, 512])).toBe('Q6_K')
      expect(type(kind, 'output.weight', [1000, 512], { tied: false })).toBe('Q6_K')
    }
    expect(type('q4_0', 'token_embd.weight', [1000, 512], { tied: false })).toBe('Q4_0')
    expect(type('q4_k_m', 'token_embd.weight', [1000, 512], { tied: false })).toBe('Q4_K')
    expect(type('q8_0', 'token_embd.weight', [1000, 512])).toBe('Q8_0')
    expect(type('f16', 'token_embd.weight', [1000, 512])).toBe('F16')
  })

  it('fall back where rows are no whole blocks', () => {
    // Widths of Qwen2.5-0.5B: 896 is 3.5 blocks of 256.
    expect(type('q4_k_m', 'blk.5.attn_q.weight', [896, 896])).toBe('Q5_0')
    expect(type('q4_k_m', 'blk.0.attn_v.weight', [128, 896])).toBe('Q8_0')
    expect(type('q4_k_m', 'token_embd.weight', [1000, 896])).toBe('Q8_0')
    expect(type('q4_0', 'token_embd.weight', [1000, 896])).toBe('Q8_0')
    expect(type('q4_0', 'token_embd.weight', [1000, 80])).toBe('F16')
    expect(type('q8_0', 'blk.0.ffn_down.weight', [80, 104])).toBe('F16')
    expect(type('q4_k_m', 'blk.0.ffn_down.weight', [80, 104])).toBe('F16')
  })

  it('give some layers of q4_K_M more bits', () => {
    const finer = Array.from({ length: 24 }, (_, layer) => layer).filter(
      (layer) => type('q4_k_m', `blk.${layer}.ffn_down.weight`, [512, 512]) === 'Q6_K',
    )
    expect(finer).toEqual([0, 1, 2, 5, 8, 11, 14, 17, 20, 21, 22, 23])
    expect(type('q4_k_m', 'blk.2.attn_v.weight', [512, 512])).toBe('Q6_K')
    expect(type('q4_k_m', 'blk.3.attn_v.weight', [512, 512])).toBe('Q4_K')
    expect(type('q4_k_m', 'blk.2.attn_k.weight', [512, 512])).toBe('Q4_K')
    expect(type('q4_k_m', 'blk.11.attn_v.weight', [512, 512], { layers: 80, isLarge: true })).toBe('Q5_K')
    expect(type('q4_0', 'blk.0.ffn_down.weight', [512, 512])).toBe('Q4_0')
  })
})

import { describe, expect, it } from 'vitest'
import { packParams, reflect } from '../../src/gpu/reflect'

const WGSL = `
struct Params {
  M: u32, shift: i32,
  // names: f32 in a comment do not count
  eps: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage> x: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> w: array<u32>;
var<workgroup> scratch: array<f32, 64>;
`

describe('what a kernel declares', () => {
  it('is read in binding order, with access and parameters', () => {
    expect(reflect(WGSL)).toEqual({
      bindings: [
        { index: 0, name: 'p', access: 'uniform' },
        { index: 1, name: 'x', access: 'read' },
        { index: 2, name: 'y', access: 'read_write' },
        { index: 5, name: 'w', access: 'read' },
      ],
      params: [
        { name: 'M', type: 'u32' },
        { name: 'shift', type: 'i32' },
        { name: 'eps', type: 'f32' },
      ],
    })
  })

  it('is empty for a kernel without parameters', () => {
    expect(reflect('@group(0) @binding(0) var<storage, read_write> y: array<f32>;').params).toEqual([])
  })

  it('packs parameters into four bytes each, at the place given', () => {
    const view = new DataView(new ArrayBuffer(32))
    packParams(reflect(WGSL).params, { eps: 0.5, M: 0xffffffff, shift: -2 }, view, 16)
    expect(view.getUint32(16, true)).toBe(0xffffffff)
    expect(view.getInt32(20, true)).toBe(-2)
    expect(view.getFloat32(24, true)).toBe(0.5)
    expect(view.getUint32(12, true)).toBe(0)
  })

  it('refuses a parameter that is missing or unknown', () => {
    const view = new DataView(new ArrayBuffer(16))
    const { params } = reflect(WGSL)
    expect(() => packParams(params, { M: 1, shift: 1 }, view, 0)).toThrow('"eps" is missing')
    expect(() => packParams(params, { M: 1, shift: 1, eps: 1, lda: 2 }, view, 0)).toThrow('no parameter "lda"')
  })
})

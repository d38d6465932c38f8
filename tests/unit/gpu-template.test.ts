import { describe, expect, it } from 'vitest'
import { expandWgsl } from '../../src/gpu/wgsl-template'

const expand = (text: string, defines = {}): string => expandWgsl(text, defines).replace(/\s+/g, ' ').trim()

describe('WGSL templates', () => {
  it('insert defines and integer arithmetic over them', () => {
    expect(expand('${N} ${N * 4 + 1} ${(N + 1) / 2} ${N % 2} ${64 / N - 1}', { N: 3 })).toBe('3 13 2 1 20')
    expect(expand('array<${T_x}>', { T_x: 'f16' })).toBe('array<f16>')
  })

  it('keep or leave out lines by a flag, its negation, a comparison, or several of them', () => {
    const text = [
      '//#if A',
      'a',
      '//#else',
      'b',
      '//#end',
      '//#if !A',
      'c',
      '//#end',
      '//#if N == 4',
      'd',
      '//#end',
      '//#if N != 4 && A',
      'e',
      '//#end',
    ].join('\n')
    expect(expand(text, { A: true, N: 4 })).toBe('a d')
    expect(expand(text, { A: true, N: 5 })).toBe('a e')
    expect(expand(text, { N: 4 })).toBe('b c d')
    expect(expand('//#if A\nx\n//#end', { A: 0 })).toBe('')
    expect(expand('//#if KIND == bf16\nx\n//#end', { KIND: 'bf16' })).toBe('x')
    expect(expand('//#if KIND == bf16\nx\n//#end', { KIND: 'half' })).toBe('')
    for (const on of [{ A: true }, { B: true, N: 4 }]) expect(expand('//#if A || B && N == 4\nx\n//#end', on)).toBe('x')
    for (const off of [{ B: true }, { N: 4 }]) expect(expand('//#if A || B && N == 4\nx\n//#end', off)).toBe('')
    // A define of that name must not stand in for the word.
    expect(expand('//#if ENTRY == head\nx\n//#end', { ENTRY: 'head', head: 1 })).toBe('x')
  })

  it('unroll loops, nested and empty, over bounds with arithmetic', () => {
    expect(expand('//#for i in 0..N\n${i}\n//#end', { N: 3 })).toBe('0 1 2')
    expect(expand('//#for i in 1..N/4\n${i}\n//#end', { N: 4 })).toBe('')
    expect(expand('//#for i in 0..2\n//#for j in i..2\n${i}${j}\n//#end\n//#end')).toBe('00 01 11')
    expect(expand('//#for i in 0..3\n//#if i == 1\none\n//#end\n//#end')).toBe('one')
  })

  it('leave everything else alone', () => {
    const text = '// a comment #if\nlet x = 1; //#if in the middle\n'
    expect(expandWgsl(text, {})).toBe(text)
  })

  it('say which line or name they do not understand', () => {
    expect(() => expandWgsl('\n//#while A\n//#end', {})).toThrow('line 2')
    expect(() => expandWgsl('//#for i over N\n//#end', {})).toThrow('line 1')
    expect(() => expandWgsl('//#if A', {})).toThrow('not closed')
    expect(() => expandWgsl('//#end', {})).toThrow('line 1')
    expect(() => expandWgsl('${MISSING * 2}', {})).toThrow('MISSING')
    expect(() => expandWgsl('//#if A | B\nx\n//#end', {})).toThrow('condition')
  })
})

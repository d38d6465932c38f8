import { describe, expect, it } from 'vitest'
import { shaderReport } from '../../src/gpu/shader-report'

const wgsl = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`).join('\n')
const error = { type: 'error' as const, message: 'unresolved value', lineNum: 10, linePos: 3 }

describe('a shader that does not compile', () => {
  it('shows the expanded source around the line, numbered, and the place in it', () => {
    expect(shaderReport(wgsl, [error])).toBe(
      [
        '10:3 unresolved value',
        '   7 | line 7',
        '   8 | line 8',
        '   9 | line 9',
        '> 10 | line 10',
        '     |   ^',
        '  11 | line 11',
        '  12 | line 12',
      ].join('\n'),
    )
  })

  it('leaves warnings out where there are errors, and keeps a message without a place', () => {
    const warning = { ...error, type: 'warning' as const, message: 'unused' }
    const lost = { ...error, message: 'no memory', lineNum: 0 }
    expect(shaderReport(wgsl, [warning, lost])).toBe('no memory')
    expect(shaderReport(wgsl, [warning])).toContain('unused')
    expect(shaderReport(wgsl, [])).toBe('')
  })

  it('stays within the source at its ends', () => {
    expect(shaderReport('one', [{ ...error, lineNum: 1 }]).split('\n')).toHaveLength(3)
  })
})

import { expect, test } from 'vitest'
import { isPermissive } from '../../scripts/lib/licences.mjs'

test('a licence expression is permissive where every part that must be followed is', () => {
  for (const fine of ['MIT', 'MIT AND ISC AND BSD-3-Clause', '(MIT OR GPL-3.0-only)', 'GPL-2.0 OR (ISC AND MIT)'])
    expect(isPermissive(fine), fine).toBe(true)
  for (const not of [
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'MIT OR ISC AND GPL-3.0-only OR',
    '(MIT OR ISC) AND LGPL-3.0-only',
    'Apache-2.0 WITH LLVM-exception',
    'SEE LICENSE IN LICENSE',
    'MIT)',
    '(MIT',
    'unknown',
    '',
  ])
    expect(isPermissive(not), not).toBe(false)
})

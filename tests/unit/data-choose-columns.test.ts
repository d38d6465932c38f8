import { describe, expect, test } from 'vitest'
import { chosenMapping, roleOfColumn, withColumnAs } from '../../src/data/choose-columns'

const proposal = { format: 'unknown' as const, user: 'a', assistant: 'b' }

describe('columns that a person chooses', () => {
  test('a column has one role, and a role one column', () => {
    const turned = withColumnAs(proposal, 'b', 'user')
    expect(turned).toEqual({ format: 'unknown', user: 'b' })
    expect(chosenMapping(turned)).toBeNull()
    expect(chosenMapping(withColumnAs(turned, 'c', 'assistant'))).toEqual({
      format: 'columns',
      user: 'b',
      assistant: 'c',
    })
    expect(roleOfColumn(turned, 'a')).toBeUndefined()
  })
  test('system and context stand beside, and can be taken back', () => {
    const all = withColumnAs(withColumnAs(proposal, 'c', 'system'), 'd', 'context')
    expect(chosenMapping(all)).toEqual({ format: 'columns', user: 'a', assistant: 'b', system: 'c', context: 'd' })
    expect(chosenMapping(withColumnAs(all, 'c', undefined))).not.toHaveProperty('system')
  })
  test('a text stands alone, until something else is chosen', () => {
    const text = withColumnAs(proposal, 'b', 'text')
    expect(chosenMapping(text)).toEqual({ format: 'text', text: 'b' })
    expect(withColumnAs(text, 'a', 'user')).toEqual({ format: 'unknown', user: 'a' })
  })
})

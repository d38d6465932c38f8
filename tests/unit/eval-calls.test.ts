import { expect, it } from 'vitest'
import { callsIn, type ToolCall } from '../../src/eval/tools/calls'
import { matchesCalls, type WantedCall } from '../../src/eval/tools/match'
import { goldenJson } from '../helpers/golden'

interface GoldenRow {
  answer: string
  calls: WantedCall[]
  made: ToolCall[] | null
  right: boolean
}
const golden = goldenJson<{ rows: GoldenRow[] }>('scores/calls.json')

it('reads and judges drawn calls as the second implementation does, which agrees with BFCL', () => {
  const found = golden.rows.map(({ answer, calls }) => {
    const made = callsIn(answer)
    return { made, right: made !== null && matchesCalls(made, calls) }
  })
  const different = golden.rows.filter(
    ({ made, right }, i) => JSON.stringify(found[i]) !== JSON.stringify({ made, right }),
  )
  expect(different).toEqual([])
  expect(golden.rows.length).toBeGreaterThanOrEqual(400)
})

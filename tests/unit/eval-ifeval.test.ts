import { describe, expect, it } from 'vitest'
import { judgeAnswer, prepareRules } from '../../src/eval/ifeval/check'
import { readIfevalRow } from '../../src/eval/ifeval/rows'
import { IFEVAL_RULES } from '../../src/eval/ifeval/rules'
import { detectLanguage } from '../../src/eval/language/detect'
import { languageProfiles } from '../../src/eval/language/resources'
import { goldenJson } from '../helpers/golden'

interface Golden {
  rates: Record<string, number>
  languages: [text: string, language: string | null][]
  rows: { key: number; instruction_id_list: string[]; strict: boolean[]; loose: boolean[] }[]
}
const golden = goldenJson<Golden>('scores/ifeval.json')

describe('IFEval against the checkers of lm_eval', () => {
  it('gives 1 000 drawn answers the same verdicts, every rule type among them', async () => {
    const different: unknown[] = []
    for (const [i, row] of golden.rows.entries()) {
      const { rules, response } = readIfevalRow(i + 1, row as unknown as Record<string, unknown>)
      const verdicts = judgeAnswer(await prepareRules(i + 1, rules), response)
      if (JSON.stringify(verdicts) !== JSON.stringify({ strict: row.strict, loose: row.loose }))
        different.push({ key: row.key, rules, response, ...verdicts, wanted: [row.strict, row.loose] })
    }
    expect(different).toEqual([])
    const judged = new Set(golden.rows.flatMap((row) => row.instruction_id_list))
    expect([...judged].sort()).toEqual(Object.keys(IFEVAL_RULES).sort())
    expect(judged.size).toBe(25)
    expect(golden.rows.length).toBeGreaterThanOrEqual(1000)
  })

  it('finds the language that langdetect finds', async () => {
    const profiles = await languageProfiles()
    const found = golden.languages.map(([text]) => [text, detectLanguage(text, profiles)])
    expect(found).toEqual(golden.languages)
  })
})

import { describe, expect, it } from 'vitest'
import { exactMatch, f1 } from '../../src/eval/text/agreement'
import { bleuOf, bleuParts } from '../../src/eval/text/bleu'
import { chrfOf, chrfParts } from '../../src/eval/text/chrf'
import { rougeL } from '../../src/eval/text/rouge'
import { goldenJson } from '../helpers/golden'

interface GoldenRow {
  answer: string
  references: string[]
  tokenizer: '13a' | 'zh'
  exact_match: number
  f1: number
  bleu: number
  chrf: number
  rouge_l: number
}
const golden = goldenJson<{ corpus: Record<'13a' | 'zh', { bleu: number; chrf: number }>; rows: GoldenRow[] }>(
  'scores/texts.json',
)

const summed = (all: number[][]) => all[0].map((_, i) => all.reduce((sum, parts) => sum + parts[i], 0))

describe('answers beside references, against sacrebleu, rouge-score and lm_eval', () => {
  it('gives 200 drawn pairs their scores within 1e-6', () => {
    const different: unknown[] = []
    for (const row of golden.rows) {
      const { answer, references } = row
      const found = {
        exact_match: exactMatch(answer, references),
        f1: f1(answer, references),
        bleu: bleuOf(bleuParts(answer, references, row.tokenizer), { effectiveOrder: true }),
        chrf: chrfOf(chrfParts(answer, references)),
        rouge_l: rougeL(answer, references),
      }
      for (const [name, value] of Object.entries(found))
        if (!(Math.abs(value - row[name as keyof typeof found]) <= 1e-6)) different.push({ name, value, row })
    }
    expect(different).toEqual([])
    expect(golden.rows.length).toBeGreaterThanOrEqual(200)
  })

  it.each(['13a', 'zh'] as const)('adds rows up to corpus scores (%s)', (tokenizer) => {
    const rows = golden.rows.filter((row) => row.tokenizer === tokenizer)
    const bleu = summed(rows.map(({ answer, references }) => bleuParts(answer, references, tokenizer)))
    const chrf = summed(rows.map(({ answer, references }) => chrfParts(answer, references)))
    expect(bleuOf(bleu, { effectiveOrder: false })).toBeCloseTo(golden.corpus[tokenizer].bleu, 8)
    expect(chrfOf(chrf)).toBeCloseTo(golden.corpus[tokenizer].chrf, 8)
  })
})

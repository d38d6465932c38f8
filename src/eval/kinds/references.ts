import { fail } from '../../errors'
import { detectLanguage } from '../language/detect'
import { languageProfiles } from '../language/resources'
import { exactMatch, f1 } from '../text/agreement'
import { bleuOf, bleuParts } from '../text/bleu'
import { chrfOf, chrfParts } from '../text/chrf'
import { rougeL } from '../text/rouge'
import { formatOf, repetition, wordCount } from '../text/style'
import { isChinese } from '../text/tokens'
import { holds, points, ratio, share, type ScoreKind } from './kind'

/**
 * Answers beside those that were wanted, and their style beside theirs: length, language, format, repeated phrases. A
 * row is cut into words by its first reference's writing.
 */
export const references: ScoreKind = {
  figures: {
    exact_match: share(),
    f1: share(),
    bleu: points((sums) => bleuOf(sums, { effectiveOrder: false })),
    chrf: points(chrfOf),
    rouge_l: share(),
    length_ratio: ratio('neither'),
    same_language: share(),
    same_format: share(),
    repetition: share('lower'),
  },
  async prepare(item, { suite, row }) {
    const given = item.fields.references ?? item.fields.reference
    const all = (Array.isArray(given) ? given : [given]).filter((one) => typeof one === 'string' && one.trim() !== '')
    if (all.length === 0) throw fail('eval-item-reference', { suite, row })
    const wanted = all as string[]
    const profiles = await languageProfiles()
    const [language, format] = [detectLanguage(wanted[0], profiles), formatOf(wanted[0])]
    return (answer) => {
      const found = { language: detectLanguage(answer, profiles), format: formatOf(answer) }
      return {
        parts: {
          exact_match: [exactMatch(answer, wanted), 1],
          f1: [f1(answer, wanted), 1],
          bleu: bleuParts(answer, wanted, isChinese(wanted[0]) ? 'zh' : '13a'),
          chrf: chrfParts(answer, wanted),
          rouge_l: [rougeL(answer, wanted), 1],
          length_ratio: [wordCount(answer), wordCount(wanted[0])],
          same_language: holds(found.language === language),
          same_format: holds(found.format === format),
          repetition: [repetition(answer), 1],
        },
        detail: { references: wanted, ...found },
      }
    }
  },
}

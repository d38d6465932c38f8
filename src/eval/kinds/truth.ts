import { fail } from '../../errors'
import { claimCutter } from '../passages/claims'
import type { Passage } from '../passages/cut'
import { share, type Judgement, type ScoreKind } from './kind'

/** What a judge makes of a claim beside the passages; 'unclear': it named nothing, asked twice. */
export type ClaimVerdict = 'supported' | 'contradicted' | 'unknown' | 'unclear'

/** A statement of an answer with what was found for it. */
export interface Claim {
  text: string
  /** Best first. */
  passages: Passage[]
  /** Of its best passage, 0 to 1. */
  overlap: number
  /** null: no judge has looked. */
  verdict: ClaimVerdict | null
}

const PASSAGES = 3
/** Share of a claim's terms, by their weight, from which a passage counts as saying it. */
const SAYS_IT = 0.6

/**
 * Statements held against the person's own documents. What a judge finds comes later (judge/claims.ts); the overlap of
 * words is there at once, and weak: it does not notice a "not".
 */
export const truth: ScoreKind = {
  figures: { claims_supported: share(), claims_contradicted: share('lower'), claims_overlap: share() },
  async prepare(_, { suite, passages }) {
    if (!passages) throw fail('eval-suite-needs-documents', { name: suite })
    const [documents, cut] = [await passages(), await claimCutter()]
    return async (answer) => {
      const texts = cut(answer)
      const found = await documents.find(texts, PASSAGES)
      const claims = texts.map((text, i): Claim => {
        const overlap = Math.max(0, ...found[i].map((passage) => documents.overlap(text, passage)))
        return { text, passages: found[i], overlap, verdict: null }
      })
      const said = claims.filter(({ overlap }) => overlap >= SAYS_IT).length
      // An answer without a statement claims nothing, and counts nowhere.
      const parts: Judgement['parts'] = claims.length > 0 ? { claims_overlap: [said, claims.length] } : {}
      return { parts, detail: { claims } }
    }
  },
}

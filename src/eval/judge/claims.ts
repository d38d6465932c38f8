import type { Claim, ClaimVerdict } from '../kinds/truth'
import type { AskJudge } from './endpoint'

const NAMED = ['supported', 'contradicted', 'unknown'] as const

const TASK =
  'You check statements against passages. A statement is "supported" where the passages say it, "contradicted" where ' +
  'they say otherwise, "unknown" where they say neither. Use nothing but the passages.'
const form = (count: number) =>
  `Answer with one line of JSON and nothing else: {"verdicts": [...]}, ${count} of "supported", "contradicted" or ` +
  '"unknown", in the order of the statements.'

/** What the judge makes of each claim of one answer. All are 'unclear' where it gave no such list, asked twice. */
export async function judgeClaims(
  ask: AskJudge,
  claims: readonly Claim[],
  signal?: AbortSignal,
): Promise<ClaimVerdict[]> {
  const passages = [...new Set(claims.flatMap((claim) => claim.passages.map(({ text }) => text)))]
  // Nothing was found for any of them: there is nothing to ask.
  if (passages.length === 0) return claims.map(() => 'unknown')
  const shown = passages.map((text, i) => `<passage ${i + 1}>\n${text}\n</passage ${i + 1}>`).join('\n')
  const said = claims.map(({ text }, i) => `${i + 1}. ${text}`).join('\n')
  const system = `${TASK}\n${form(claims.length)}`
  const user = `${shown}\n\n<statements>\n${said}\n</statements>`
  const read = (text: string) => readVerdicts(text, claims.length)
  const verdicts =
    read(await ask(system, user, signal)) ?? read(await ask(system, `${user}\n\n${form(claims.length)}`, signal))
  return verdicts ?? claims.map(() => 'unclear')
}

/** The list that a judge names last, where it has as many entries as there are claims and each is a known word. */
export function readVerdicts(text: string, count: number): ClaimVerdict[] | null {
  const list = [...text.matchAll(/"verdicts"\s*:\s*\[([^\]]*)\]/gi)].at(-1)?.[1]
  const words = list?.match(/[a-z]+/gi)?.map((word) => word.toLowerCase()) ?? []
  const found = words.flatMap((word) => NAMED.filter((name) => name === word))
  return found.length === count && words.length === count ? found : null
}

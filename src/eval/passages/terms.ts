/** What is searched by: words in lower case and numbers; of Han text, which has no blanks, every two neighbours. */
export function termsOf(text: string): string[] {
  const runs = text.toLowerCase().match(/\p{Script=Han}+|[\p{L}\p{N}\p{M}]+/gu) ?? []
  return runs.flatMap((run) => {
    // A run of letters and digits may hold Han characters behind its first.
    const parts = run.match(/\p{Script=Han}+|[^\p{Script=Han}]+/gu)!
    return parts.flatMap((part) => (/\p{Script=Han}/u.test(part) ? pairs([...part]) : [part]))
  })
}

const pairs = (signs: readonly string[]): string[] =>
  signs.length === 1 ? [...signs] : signs.slice(1).map((sign, i) => signs[i] + sign)

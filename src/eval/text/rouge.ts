import { rougeTokens } from './tokens'

/** ROUGE-L (Lin 2004) as rouge-score 0.1.2 counts it, without stemming: F1 of the longest common subsequence. */
export function rougeL(answer: string, references: readonly string[]): number {
  const words = rougeTokens(answer)
  return Math.max(...references.map((reference) => ofPair(words, rougeTokens(reference))))
}

function ofPair(found: readonly string[], wanted: readonly string[]): number {
  const common = longestCommon(found, wanted)
  if (common === 0) return 0
  const [precision, recall] = [common / found.length, common / wanted.length]
  return (2 * precision * recall) / (precision + recall)
}

/** Length of the longest common subsequence, one line of the table at a time. */
function longestCommon(first: readonly string[], second: readonly string[]): number {
  let line = new Uint32Array(second.length + 1)
  for (const item of first) {
    const next = new Uint32Array(second.length + 1)
    for (let j = 1; j <= second.length; j++)
      next[j] = item === second[j - 1] ? line[j - 1] + 1 : Math.max(line[j], next[j - 1])
    line = next
  }
  return line[second.length]
}

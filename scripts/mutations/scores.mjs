/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts` })

/** @type {Mutation[]} */
export const scoreMutations = [
  {
    name: 'scores: a fact counts inside a longer number',
    file: 'src/eval/text/agreement.ts',
    find: "` ${answerTokens(one, chinese).join(' ')} `",
    replace: "answerTokens(one, chinese).join(' ')",
    test: unit('eval-long-context'),
  },
  {
    name: 'scores: a longer context is tried where a shorter found no memory',
    file: 'src/eval/run/runner.ts',
    find: 'if (isTooLong) tooLong = length',
    replace: '',
    test: unit('eval-long-context'),
  },
  {
    name: 'scores: a wrong number in a statement is overlooked',
    file: 'src/eval/passages/index.ts',
    find: 'if (wanted.some((term) => /^\\p{N}+$/u.test(term) && !there.has(term))) return 0',
    replace: '',
    test: unit('eval-truth'),
  },
  {
    name: 'scores: the judge’s unclear verdicts count',
    file: 'src/eval/judge/claims.ts',
    find: 'found.length === count && words.length === count',
    replace: 'found.length === count',
    test: unit('eval-truth'),
  },
  {
    name: 'scores: the second order of a pair is read as the first',
    file: 'src/eval/judge/pairwise.ts',
    find: "second === 'A' ? 1 : -1",
    replace: "second === 'B' ? 1 : -1",
    test: unit('eval-judge'),
  },
  {
    name: 'scores: a suite’s own threshold is passed over',
    file: 'src/eval/run/verdict.ts',
    find: 'threshold ?? limits.forgetting',
    replace: 'limits.forgetting',
    test: unit('eval-run'),
  },
]

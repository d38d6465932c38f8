/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })
const golden = unit('data-golden')

/** @type {Mutation[]} */
export const dataMutations = [
  {
    name: 'tokens: one token of the prompt is trained',
    file: 'src/data/tokenize-row.ts',
    find: 'fill(1, same)',
    replace: 'fill(1, Math.max(0, same - 1))',
    test: golden,
  },
  {
    name: 'tokens: plain texts lose their eos',
    file: 'src/data/tokenize-row.ts',
    find: 'text.endsWith(eos) ? text : text + eos',
    replace: 'text.endsWith(eos) ? text : text',
    test: golden,
  },
  {
    name: 'tokens: cut on the left',
    file: 'src/data/tokenize-row.ts',
    find: 'const inputIds = ids.slice(0, length)',
    replace: 'const inputIds = ids.slice(ids.length - length)',
    test: golden,
  },
  {
    name: 'tokens: the mask is dropped',
    file: 'src/data/tokenize-row.ts',
    find: 'if (mask) for (',
    replace: 'if (false) for (',
    test: golden,
  },
]

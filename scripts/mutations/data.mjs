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
  {
    name: 'collate: positions go on through a packed line',
    file: 'src/data/collate.ts',
    find: 'batch.positions[at + i] = i',
    replace: 'batch.positions[at + i] = at - b * T + i',
    test: unit('data-batches'),
  },
  {
    name: 'collate: packed rows share a segment',
    file: 'src/data/collate.ts',
    find: 'batch.segments[at + i] = segment + 1',
    replace: 'batch.segments[at + i] = 1',
    test: unit('data-batches'),
  },
  {
    name: 'collate: the first token of a row is trained',
    file: 'src/data/collate.ts',
    find: '      batch.labels[at] = IGNORE\n',
    replace: '',
    test: unit('data-batches'),
  },
  {
    name: 'packing: a line takes rows beyond max_length',
    file: 'src/data/packing.ts',
    find: 'byRoom[room - length].push(line)',
    replace: 'byRoom[room].push(line)',
    test: unit('data-batches'),
  },
  {
    name: 'batches: every epoch in the same order',
    file: 'src/data/batches.ts',
    find: 'torchPermutation(lines.length, seed + epoch)',
    replace: 'torchPermutation(lines.length, seed)',
    test: unit('data-epochs'),
  },
  {
    name: 'batches: the short last window of an epoch is dropped',
    file: 'src/data/batches.ts',
    find: 'Math.ceil(batches / accumulation)',
    replace: 'Math.floor(batches / accumulation)',
    test: unit('data-batches'),
  },
  {
    name: 'batches: grouped rows from short to long',
    file: 'src/data/batches.ts',
    find: 'batch.sort((a, b) => lengths[b] - lengths[a])',
    replace: 'batch.sort((a, b) => lengths[a] - lengths[b])',
    test: golden,
  },
  {
    name: 'readers: what follows a list is dropped in silence',
    file: 'src/data/read-rows.ts',
    find: 'if (scanner.strayLine !== null)',
    replace: 'if (scanner.strayLine === -1)',
    test: unit('data-readers'),
  },
  {
    name: 'readers: anything that decodes is taken for Chinese',
    file: 'src/data/encoding.ts',
    find: 'this.everyday >= EVERYDAY * this.pairs',
    replace: 'this.everyday >= 0',
    test: unit('data-readers'),
  },
  {
    name: 'readers: bytes held back at the border of two pieces are lost when the encoding is found out',
    file: 'src/data/text.ts',
    find: 'decoder.decode(held, { stream: true }) + ',
    replace: '',
    test: unit('data-readers'),
  },
  {
    name: 'folder: a file that is given up takes the old one along',
    file: 'src/storage/node-folder.ts',
    find: 'const part = `${target}.part`',
    replace: 'const part = target',
    test: unit('storage-node'),
  },
  {
    name: 'plan: the rest of an epoch counts as a whole one',
    file: 'src/engine/plan-run.ts',
    find: '.slice(0, plan.steps % plan.stepsPerEpoch)',
    replace: '',
    test: unit('engine-core'),
  },
]

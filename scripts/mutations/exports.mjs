/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })
const writer = unit('gguf-writer')
const vocabulary = unit('gguf-vocabulary')
const mixture = unit('gguf-mixture')

/** @type {Mutation[]} */
export const exportMutations = [
  {
    name: 'gguf: q8_0 rounds half up instead of away from zero',
    file: 'src/formats/gguf/simple-blocks.ts',
    find: 'scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5)',
    replace: 'Math.floor(scaled + 0.5)',
    test: writer,
  },
  {
    name: 'gguf: the last of equally large weights decides the sign',
    file: 'src/formats/gguf/simple-blocks.ts',
    find: 'if (Math.abs(x[i]) > Math.abs(extreme)) extreme = x[i]',
    replace: 'if (Math.abs(x[i]) >= Math.abs(extreme)) extreme = x[i]',
    test: writer,
  },
  {
    name: 'gguf: the search measures from the first minimum',
    file: 'src/formats/gguf/super-blocks.ts',
    find: 'nearest(fround(factor * fround(v - min)), 0, top)',
    replace: 'nearest(fround(factor * fround(v - low)), 0, top)',
    test: writer,
  },
  {
    name: 'gguf: halves of the K types are rounded up',
    file: 'src/formats/gguf/super-blocks.ts',
    find: 'const whole = fround(value + 12582912) - 12582912',
    replace: 'const whole = Math.floor(value + 0.5)',
    test: writer,
  },
  {
    name: 'gguf: zeros between tensors forgotten',
    file: 'src/formats/gguf/writer.ts',
    find: 'if (zeros > 0) await this.put',
    replace: 'if (zeros > 99) await this.put',
    test: writer,
  },
  {
    name: 'gguf: shapes written rows first',
    file: 'src/formats/gguf/header.ts',
    find: 'shape.toReversed()',
    replace: 'shape',
    test: writer,
  },
  {
    name: 'gguf: a tied embedding is quantised like the rest',
    file: 'src/formats/gguf/mixture.ts',
    find: "name === 'token_embd.weight' && model.tied",
    replace: "name === 'token_embd.weight' && !model.tied",
    test: mixture,
  },
  {
    name: 'gguf: added tokens are plain tokens',
    file: 'src/formats/gguf/vocabulary.ts',
    find: 'looksSpecial(content) ? CONTROL : USER_DEFINED',
    replace: 'looksSpecial(content) ? CONTROL : NORMAL',
    test: vocabulary,
  },
  {
    name: 'gguf: a split is named whatever becomes of whole words',
    file: 'src/formats/gguf/pre-tokenizer.ts',
    find: 'one.ignoreMerges === ignoreMerges &&',
    replace: '',
    test: vocabulary,
  },
]

import { describe, expect, it } from 'vitest'
import { loadTokenizer } from '../../src/data'

const TEXT = 'the-final--countdown, "1+1" a.b..c — ende'
const dash = { String: '-' }
const space = { Regex: '\\s|\\.' }
const split = (pattern: object, behavior: string) => ({ type: 'Split', pattern, behavior, invert: false })
const punctuation = (behavior: string) => ({ type: 'Punctuation', behavior })

/** What tokenizers 0.23.3 makes of the text (`pre_tokenize_str`). */
const REFERENCE: [string, object, string[]][] = [
  ['a text, isolated', split(dash, 'Isolated'), ['the', '-', 'final', '-', '-', 'countdown, "1+1" a.b..c — ende']],
  ['a text, removed', split(dash, 'Removed'), ['the', 'final', 'countdown, "1+1" a.b..c — ende']],
  [
    'a text, with what is before',
    split(dash, 'MergedWithPrevious'),
    ['the-', 'final-', '-', 'countdown, "1+1" a.b..c — ende'],
  ],
  [
    'a text, with what follows',
    split(dash, 'MergedWithNext'),
    ['the', '-final', '-', '-countdown, "1+1" a.b..c — ende'],
  ],
  ['a text, contiguous', split(dash, 'Contiguous'), ['the', '-', 'final', '--', 'countdown, "1+1" a.b..c — ende']],
  [
    'an expression, with what is before',
    split(space, 'MergedWithPrevious'),
    ['the-final--countdown, ', '"1+1" ', 'a.', 'b.', '.', 'c ', '— ', 'ende'],
  ],
  [
    'an expression, with what follows',
    split(space, 'MergedWithNext'),
    ['the-final--countdown,', ' "1+1"', ' a', '.b', '.', '.c', ' —', ' ende'],
  ],
  [
    'punctuation, isolated',
    punctuation('Isolated'),
    [
      'the',
      '-',
      'final',
      '-',
      '-',
      'countdown',
      ',',
      ' ',
      '"',
      '1',
      '+',
      '1',
      '"',
      ' a',
      '.',
      'b',
      '.',
      '.',
      'c ',
      '—',
      ' ende',
    ],
  ],
  [
    'punctuation, contiguous',
    punctuation('Contiguous'),
    [
      'the',
      '-',
      'final',
      '--',
      'countdown',
      ',',
      ' ',
      '"',
      '1',
      '+',
      '1',
      '"',
      ' a',
      '.',
      'b',
      '..',
      'c ',
      '—',
      ' ende',
    ],
  ],
  [
    'punctuation, with what is before',
    punctuation('MergedWithPrevious'),
    ['the-', 'final-', '-', 'countdown,', ' "', '1+', '1"', ' a.', 'b.', '.', 'c —', ' ende'],
  ],
  [
    'punctuation, removed',
    punctuation('Removed'),
    ['the', 'final', 'countdown', ' ', '1', '1', ' a', 'b', 'c ', ' ende'],
  ],
]

describe('texts are cut as Rust’s tokenizers cut them', () => {
  it.each(REFERENCE)('%s', async (_, step, pieces) => {
    // Whole pieces are the vocabulary, so that a cut elsewhere becomes an unknown word.
    const words = ['[UNK]', ...new Set(pieces)]
    const tokenizer = await loadTokenizer({
      tokenizerJson: JSON.stringify({
        version: '1.0',
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'Sequence', pretokenizers: [step] },
        post_processor: null,
        decoder: null,
        model: {
          type: 'WordPiece',
          unk_token: '[UNK]',
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 99,
          vocab: Object.fromEntries(words.map((word, id) => [word, id])),
        },
      }),
      tokenizerConfig: null,
      chatTemplate: null,
    })
    expect([...tokenizer.encode(TEXT)].map((id) => words[id])).toEqual(pieces)
  })
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadTokenizer } from '../../src/data'
import { isExplosive } from '../../src/data/expression-bounds'
import { LLAMA3_SPLIT, QWEN2_SPLIT } from '../../src/data/tokenizer-class'

it.each([
  QWEN2_SPLIT,
  LLAMA3_SPLIT,
  // o200k, of gpt-oss and others.
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  // DeepSeek's, with a class in a class.
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+',
  ' ?[^(\\s|[.,!?…。，、।۔،])]+',
  '[0-9][0-9][0-9]',
  '( ?\\p{L}+)|(\\p{N})|([+*])',
])('expressions that models are published with are taken: %s', (pattern) => {
  expect(isExplosive(pattern)).toBe(false)
})

it.each([
  '(a+)+b',
  '(a|a)*b',
  '(?:(?:x)*)*y',
  '([a-z]+\\s?)+$',
  '(?:a{1,}){2,}c',
  '(.*,){20}z',
  'a*a*a*a*b',
  '((a)|b+)*c',
  '((?:a|a))*b',
  '(?:aa?)*b',
  '(?:a{1,2})*b',
])('those that may search for ever are not: %s', (pattern) => {
  expect(isExplosive(pattern)).toBe(true)
})

const read = (file: string) => readFileSync(`public/demo-model/${file}`, 'utf8')
const split = { type: 'Split', pattern: { Regex: '(中+)+!' }, behavior: 'Isolated', invert: false }
it.each([
  { pre_tokenizer: split },
  { pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, split] } },
  { normalizer: { type: 'Replace', pattern: { Regex: '(x|x)*y' }, content: '' } },
  { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { ...split, type: 'Replace', content: '' }] } },
  { decoder: { type: 'Replace', pattern: { Regex: '(x+)*y' }, content: '' } },
])('a tokenizer with a bomb is refused by name before any text meets it: %j', async (change) => {
  const json = { ...JSON.parse(read('tokenizer.json')), ...change }
  const files = { tokenizerJson: JSON.stringify(json), tokenizerConfig: null, chatTemplate: null }
  await expect(loadTokenizer(files)).rejects.toMatchObject({ code: 'data-tokenizer-expression' })
})

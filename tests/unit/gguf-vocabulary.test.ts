import { describe, expect, it } from 'vitest'
import { preTokenizerName } from '../../src/formats/gguf/pre-tokenizer'
import { vocabularyMetadata } from '../../src/formats/gguf/vocabulary'
import { goldenJson } from '../helpers/golden'

type Json = Record<string, any>
const tokenizer = (name: string) => goldenJson<Json>(`tokens/${name}/tokenizer.json`)
const values = (json: Json, more: Partial<Parameters<typeof vocabularyMetadata>[0]> = {}) => {
  const source = { json, vocabSize: 540, bosId: null, eosId: 522, padId: 520, stopIds: [522], chatTemplate: null }
  const metadata = vocabularyMetadata({ ...source, ...more })
  return Object.fromEntries(
    Object.entries(metadata).map(([key, { value }]) => [key.replace(/^tokenizer\.(ggml\.)?/, ''), value as any]),
  )
}

describe('the name of a split', () => {
  it('is the one whose regular expression llama.cpp has', () => {
    const named = (name: string, change: (json: Json) => void = () => {}) => {
      const json = tokenizer(name)
      change(json)
      return preTokenizerName(json)
    }
    expect(named('qwen')).toBe('qwen2')
    expect(named('smol')).toBe('smollm')
    expect(named('smol', (json) => json.pre_tokenizer.pretokenizers.shift())).toBe('gpt-2')
    expect(named('smol', (json) => delete json.pre_tokenizer.pretokenizers[1].use_regex)).toBe('smollm')
    // Llama 3's own tokenizer takes whole words as they are.
    expect(named('llama', (json) => (json.model.ignore_merges = true))).toBe('llama-bpe')
    expect(named('llama')).toBe('smaug-bpe')
    const removed = { behavior: 'Removed', invert: true }
    expect(named('qwen', (json) => Object.assign(json.pre_tokenizer.pretokenizers[0], removed))).toBe('qwen2')
  })

  it.each([
    ['another expression', (json: Json) => (json.pre_tokenizer.pretokenizers[0].pattern.Regex = '\\w+')],
    ['what matches thrown away', (json: Json) => (json.pre_tokenizer.pretokenizers[0].behavior = 'Removed')],
    ['a space before the text', (json: Json) => (json.pre_tokenizer.pretokenizers[1].add_prefix_space = true)],
    ['whole words first', (json: Json) => (json.model.ignore_merges = true)],
    ['no split at all', (json: Json) => (json.pre_tokenizer.pretokenizers.length = 0)],
  ])('is none for %s', (_, change) => {
    const json = tokenizer('qwen')
    change(json)
    expect(() => preTokenizerName(json)).toThrow('llama.cpp has no way to split text')
  })
})

describe('vocabulary', () => {
  it('has a token for each row of the embedding, with the types that llama.cpp goes by', () => {
    const { tokens, token_type, merges, model, pre } = values(tokenizer('qwen'))
    expect([model, pre]).toEqual(['gpt2', 'qwen2'])
    expect(tokens).toHaveLength(540)
    expect(tokens.slice(518, 531)).toEqual([
      ...Object.keys(tokenizer('qwen').model.vocab).slice(518),
      '<|endoftext|>',
      '<|im_start|>',
      '<|im_end|>',
      '<tool_call>',
      '</tool_call>',
      '<tool_response>',
      '</tool_response>',
      '<think>',
      '</think>',
      '[PAD529]',
      '[PAD530]',
    ])
    expect(Array.from(token_type.slice(519, 531))).toEqual([1, 3, 3, 3, 4, 4, 4, 4, 4, 4, 5, 5])
    expect(merges.slice(0, 2)).toEqual(['Ġ a', 'Ġ t'])
  })

  it('counts what looks like a control token as one, as the converter does', () => {
    const json = tokenizer('qwen')
    json.added_tokens[3].content = '<|fim_prefix|>'
    json.added_tokens[4].content = '<｜User｜>'
    expect(Array.from(values(json).token_type.slice(523, 526))).toEqual([3, 3, 4])
  })

  it('reads merges in both spellings', () => {
    const json = tokenizer('smol')
    const pairs = values(json).merges
    json.model.merges = json.model.merges.map((pair: string[]) => pair.join(' '))
    expect(values(json).merges).toEqual(pairs)
    json.model.merges = [['a b', 'c']]
    expect(values(json).merges).toEqual(['aĠb c'])
  })

  it('leaves out tokens beyond the embedding, and the second of two of one text', () => {
    const json = tokenizer('qwen')
    json.added_tokens.push({ id: 600, content: '<far>', special: true })
    json.added_tokens.push({ id: 530, content: Object.keys(json.model.vocab)[300], special: false })
    const { tokens, token_type } = values(json, { stopIds: [522, 600], padId: 600 })
    expect(tokens).toHaveLength(540)
    expect(new Set(tokens).size).toBe(540)
    expect([tokens[300], token_type[300]]).toEqual(['[PAD300]', 5])
    expect([tokens[530], token_type[530]]).toEqual([Object.keys(json.model.vocab)[300], 4])
    expect(values(json, { padId: 600 })).not.toHaveProperty('padding_token_id')
  })

  it('says what begins and ends a text, and every way an answer ends', () => {
    const qwen = values(tokenizer('qwen'), { eosId: 520, stopIds: [520, 522], bosId: 520 })
    expect(qwen).toMatchObject({
      bos_token_id: 520,
      eos_token_id: 520,
      eot_token_id: 522,
      padding_token_id: 520,
      add_bos_token: false,
      add_eos_token: false,
      add_space_prefix: false,
    })
    expect(qwen).not.toHaveProperty('eom_token_id')
    expect(qwen).not.toHaveProperty('chat_template')
    const llama = values(tokenizer('llama'), { eosId: 521, stopIds: [527, 524, 521], chatTemplate: '{{ messages }}' })
    // From the tokenizer's template, whatever the configuration calls it.
    expect(llama).toMatchObject({ bos_token_id: 520, eos_token_id: 521, eot_token_id: 524, eom_token_id: 527 })
    expect(llama).toMatchObject({ add_bos_token: true, chat_template: '{{ messages }}' })
  })

  it.each([
    ['model.byte_fallback', (json: Json) => (json.model.byte_fallback = true)],
    ['model.type', (json: Json) => (json.model.type = 'Unigram')],
    ['normalizer', (json: Json) => (json.normalizer = { type: 'Lowercase' })],
    ['model.end_of_word_suffix', (json: Json) => (json.model.end_of_word_suffix = '</w>')],
  ])('refuses another kind of tokenizer: %s', (part, change) => {
    const json = tokenizer('qwen')
    change(json)
    expect(() => values(json)).toThrow(`"${part}"`)
  })

  it('refuses word marks, and takes NFC', () => {
    expect(() => values(tokenizer('spm'))).toThrow('llama.cpp has no way')
    expect(values({ ...tokenizer('qwen'), normalizer: { type: 'NFC' } }).pre).toBe('qwen2')
  })
})

import { fail } from '../../errors'
import { bool, string, u32 } from './header'
import type { GgufMetadata } from './header'
import { preTokenizerName } from './pre-tokenizer'

type Json = Record<string, unknown>

/** What a GGUF file says of the tokenizer. */
export interface VocabularySource {
  /** tokenizer.json, parsed, as the engine used it. */
  json: Json
  /** Rows of the embedding; ids beyond the tokenizer's become unused tokens. */
  vocabSize: number
  bosId: number | null
  eosId: number | null
  padId: number | null
  /** Ids after which an answer ends, the template's end of turn among them. */
  stopIds: readonly number[]
  chatTemplate: string | null
}

/** `llama_token_type` of `llama.h`. */
const NORMAL = 1
const CONTROL = 3
const USER_DEFINED = 4
const UNUSED = 5

interface AddedToken {
  id: number
  content: string
  special?: boolean
}

/**
 * The `tokenizer.*` keys for a byte-level BPE tokenizer: tokens with their types, merges, the name of the split, the
 * ids that begin and end texts, and the chat template. Throws 'gguf-tokenizer' for a tokenizer that llama.cpp's
 * "gpt2" kind is not: its text would become other tokens there.
 */
export function vocabularyMetadata(source: VocabularySource): GgufMetadata {
  const { json, vocabSize, bosId, eosId, padId, stopIds, chatTemplate } = source
  checkKind(json)
  const { tokens, types } = tokensOf(json, vocabSize)
  const ends = stopIds.filter((id) => id < vocabSize)
  const eos = eosId ?? ends[0]
  // The end of a turn comes last among them. Beyond three llama.cpp knows the usual ones by their text.
  const [eot, eom] = ends.filter((id) => id !== eos).toReversed()
  const id = (name: string, value: number | null | undefined): GgufMetadata =>
    value === null || value === undefined || value >= vocabSize ? {} : { [`tokenizer.ggml.${name}`]: u32(value) }
  const around = specialsAround(json)
  return {
    'tokenizer.ggml.model': string('gpt2'),
    'tokenizer.ggml.pre': string(preTokenizerName(json)),
    'tokenizer.ggml.tokens': { type: 'strings', value: tokens },
    'tokenizer.ggml.token_type': { type: 'i32s', value: types },
    'tokenizer.ggml.merges': { type: 'strings', value: mergesOf(json) },
    ...id('bos_token_id', around.before ?? bosId),
    ...id('eos_token_id', eos),
    ...id('eot_token_id', eot),
    ...id('eom_token_id', eom),
    ...id('padding_token_id', padId),
    // Said, because what llama.cpp takes where they are missing depends on the split's name.
    'tokenizer.ggml.add_bos_token': bool(around.before !== null),
    'tokenizer.ggml.add_eos_token': bool(around.after !== null),
    'tokenizer.ggml.add_space_prefix': bool(false),
    ...(chatTemplate === null ? {} : { 'tokenizer.chat_template': string(chatTemplate) }),
  }
}

/** What llama.cpp's byte-level BPE does: merges over bytes, no normalisation but (untold) none, no word marks. */
function checkKind(json: Json): void {
  const refuse = (part: string, value: unknown) =>
    fail('gguf-tokenizer', { part, value: JSON.stringify(value) ?? 'null' })
  const model = (json.model ?? {}) as Json
  if ((model.type ?? 'BPE') !== 'BPE') throw refuse('model.type', model.type)
  if (model.byte_fallback === true) throw refuse('model.byte_fallback', true)
  for (const field of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[field]) throw refuse(`model.${field}`, model[field])
  }
  if (!JSON.stringify([json.pre_tokenizer, json.decoder]).includes('"ByteLevel"')) throw refuse('decoder', json.decoder)
  // NFC changes only text that is not composed already; llama.cpp leaves it as it comes.
  const normalizer = json.normalizer as Json | null | undefined
  if (normalizer && normalizer.type !== 'NFC') throw refuse('normalizer', normalizer)
}

function tokensOf(json: Json, vocabSize: number): { tokens: string[]; types: Int32Array } {
  const tokens = Array.from({ length: vocabSize }, () => '')
  const types = new Int32Array(vocabSize).fill(UNUSED)
  const taken = new Set<string>()
  const put = (id: number, text: string, type: number) => {
    // Where two ids share a text, only one can be reached; llama.cpp refuses a file that has a text twice.
    if (id >= vocabSize || tokens[id] !== '' || taken.has(text)) return
    tokens[id] = text
    types[id] = type
    taken.add(text)
  }
  for (const { id, content, special } of (json.added_tokens ?? []) as AddedToken[]) {
    put(id, content, special === true || looksSpecial(content) ? CONTROL : USER_DEFINED)
  }
  const vocabulary = (json.model as Json).vocab as Record<string, number>
  for (const [text, id] of Object.entries(vocabulary)) put(id, text, NORMAL)
  for (let id = 0; id < vocabSize; id++) {
    if (tokens[id] === '') tokens[id] = `[PAD${id}]`
  }
  return { tokens, types }
}

/** llama.cpp's converter counts these as control tokens whatever the file says, and its readers rely on that. */
const looksSpecial = (text: string) => /^<([|｜]).*\1>$/.test(text)

/** "a b", whichever way the file spells merges; a space within a part stands as byte-level BPE writes it. */
function mergesOf(json: Json): string[] {
  const merges = (json.model as Json).merges as (string | [string, string])[]
  return merges.map((merge) =>
    typeof merge === 'string' ? merge : merge.map((part) => part.replaceAll(' ', 'Ġ')).join(' '),
  )
}

/** Ids that the tokenizer puts before and after every text, null where it puts none. */
function specialsAround(json: Json): { before: number | null; after: number | null } {
  const outer = json.post_processor as Json | null
  const all = ((outer?.processors ?? [outer]) as (Json | null)[]).filter((one) => one?.type === 'TemplateProcessing')
  const single = (all[0]?.single ?? []) as { SpecialToken?: { id: string } }[]
  const ids = (all[0]?.special_tokens ?? {}) as Record<string, { ids: number[] }>
  const idOf = (step: { SpecialToken?: { id: string } } | undefined) =>
    step?.SpecialToken ? (ids[step.SpecialToken.id]?.ids[0] ?? null) : null
  return { before: idOf(single[0]), after: single.length > 1 ? idOf(single.at(-1)) : null }
}

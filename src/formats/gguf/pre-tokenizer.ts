import { fail } from '../../errors'

type Json = Record<string, unknown>

/** Regular expressions by which byte-level BPE splits text before it merges, as tokenizer.json spells them. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
const AFTER_GPT4 = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'
const WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
const QWEN2 = `${WORDS}|\\p{N}|${AFTER_GPT4}`
const LLAMA3 = `${WORDS}|\\p{N}{1,3}|${AFTER_GPT4}`
const QWEN35 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}" +
  '| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+'

/** The steps of the split, whether a whole word that is a token needs no merging, and llama.cpp's name for both. */
const KNOWN: { steps: string[]; ignoreMerges: boolean; name: string }[] = [
  { steps: [QWEN2], ignoreMerges: false, name: 'qwen2' },
  { steps: [QWEN35], ignoreMerges: false, name: 'qwen35' },
  { steps: [LLAMA3], ignoreMerges: true, name: 'llama-bpe' },
  { steps: [LLAMA3], ignoreMerges: false, name: 'smaug-bpe' },
  { steps: ['digits', GPT2], ignoreMerges: false, name: 'smollm' },
  { steps: [GPT2], ignoreMerges: false, name: 'gpt-2' },
]

/**
 * llama.cpp's name (`tokenizer.ggml.pre`) for how a tokenizer.json splits text. Under a wrong name text becomes other
 * tokens than in training, without a word: so only exact matches count. Throws 'gguf-tokenizer' for what llama.cpp
 * cannot do.
 *
 * Source: `llama-vocab.cpp`, the regular expressions of `llm_tokenizer_bpe` and the names in `llama_vocab::impl::load`.
 */
export function preTokenizerName(json: Json): string {
  const model = json.model as Json
  const steps = stepsOf(json.pre_tokenizer as Json | null)
  const ignoreMerges = model.ignore_merges === true
  const known = KNOWN.find(
    (one) =>
      one.ignoreMerges === ignoreMerges &&
      one.steps.length === steps.length &&
      one.steps.every((s, i) => s === steps[i]),
  )
  if (!known) throw fail('gguf-tokenizer', { part: 'pre_tokenizer', value: steps.join('  ') || 'null' })
  return known.name
}

function stepsOf(step: Json | null): string[] {
  if (!step) return []
  switch (step.type) {
    case 'Sequence':
      return (step.pretokenizers as Json[]).flatMap(stepsOf)
    case 'Digits':
      return [step.individual_digits === true ? 'digits' : 'runs of digits']
    case 'ByteLevel':
      if (step.add_prefix_space === true) return ['a space before the text']
      // Absent, it is on.
      return step.use_regex === false ? [] : [GPT2]
    case 'Split': {
      const regex = (step.pattern as Json | undefined)?.Regex
      // What is not matched is nothing: all these expressions match everything, so that removing the rest removes none.
      const keepsAll = step.invert === true ? step.behavior === 'Removed' : step.behavior === 'Isolated'
      return [typeof regex === 'string' && keepsAll ? regex : JSON.stringify(step)]
    }
    default:
      return [String(step.type)]
  }
}

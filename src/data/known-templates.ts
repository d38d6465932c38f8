import { fnv64OfText } from '../contracts/hash'

/**
 * Templates whose training form trl fixes. trl recognises a model's stock template by comparing its whole text and then
 * trains with a variant of it; here the same text is recognised by fingerprint and the same variant is reached by small
 * edits to the model's own template. Source: trl 1.16 `chat_template_utils.get_training_chat_template` and
 * `chat_templates/*_training.jinja`. Its variants for Qwen3-2507 and Llama 3 train exactly what the general rule gives.
 */
export interface KnownTemplate {
  name: string
  /** Rendering differences of the training variant, as replacements in the stock text. */
  edits: [find: string, replace: string][]
  /** What of the assistant's header stays untrained, given the generation prompt. */
  header: (generationPrompt: string) => string
}

const KNOWN: Record<string, KnownTemplate> = {
  '2507-c2b27ee60f1b8775': {
    name: 'Qwen2.5',
    edits: [],
    // The line break after "assistant" is trained.
    header: (prompt) => prompt.trimEnd(),
  },
  '4168-959a4551391a6549': {
    name: 'Qwen3',
    // Every turn keeps its thinking block, so that what was learnt in one turn is rendered alike in the next.
    edits: [
      ['{%- if loop.index0 > ns.last_query_index %}', '{%- if true %}'],
      ['{%- if loop.last or (not loop.last and reasoning_content) %}', '{%- if true %}'],
    ],
    header: (prompt) => prompt,
  },
  '2090-848a555bfe061326': {
    name: 'DeepSeek-R1-Distill',
    // The reasoning stays in the answer, and the whole turn, its marker included, is trained.
    edits: [["{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}", '']],
    header: () => '',
  },
}

export function knownTemplate(source: string): KnownTemplate | null {
  return KNOWN[fingerprint(source)] ?? null
}

/** Length and 64-bit FNV-1a over the UTF-16 units of the exact text. */
function fingerprint(text: string): string {
  return `${text.length}-${fnv64OfText(text)}`
}

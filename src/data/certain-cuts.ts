import { LLAMA3_SPLIT, QWEN2_SPLIT } from './tokenizer-class'

/** Whether a pre-tokenizer splits a text before this position whatever stands around it. */
export type CertainCut = (text: string, at: number) => boolean

type Json = Record<string, unknown>

const SPACE = /\s/u
const LETTER = /\p{L}/u
const DIGIT = /\p{N}/u
const IN_WORD = /[\p{L}\p{M}\p{Cs}]/u

/**
 * Where the pre-tokenizer of a tokenizer.json splits for certain; null for one that is not known by heart.
 *
 * All that are known match runs of letters, of digits, of spaces, or of the rest, with at most one character more: a
 * space, or before letters another one. They look back at nothing, and ahead only behind spaces. So between what is
 * no space and a space, and behind a letter where no other follows, every match ends, and what is left of there matches
 * as it would in the whole text.
 */
export function certainCut(json: Json): CertainCut | null {
  const steps = stepsOf(json.pre_tokenizer as Json | null)
  const digits = steps[0]?.type === 'Digits' && steps[0].individual_digits === true
  const [first, second, ...more] = digits ? steps.slice(1) : steps
  if (more.length > 0 || !first) return null
  const pattern = patternOf(first, second)
  if (pattern === null) return null
  const isDigitsEach = digits || pattern === QWEN2_SPLIT
  return (text, at) => {
    const [before, after] = [text[at - 1], text[at]]
    if (after === ' ') return !SPACE.test(before)
    if (LETTER.test(before)) return !IN_WORD.test(after)
    return isDigitsEach && DIGIT.test(before) && DIGIT.test(after)
  }
}

/** The expression of a Split before ByteLevel, or 'gpt2' for ByteLevel with its own; null: neither. */
function patternOf(first: Json, second: Json | undefined): string | null {
  const bytes = second ?? first
  if (bytes.type !== 'ByteLevel' || bytes.add_prefix_space === true) return null
  if (!second) return bytes.use_regex === false ? null : 'gpt2'
  const { Regex } = (first.pattern ?? {}) as { Regex?: string }
  const isKnown =
    first.type === 'Split' && first.behavior === 'Isolated' && first.invert !== true && second.use_regex === false
  return isKnown && Regex !== undefined && [QWEN2_SPLIT, LLAMA3_SPLIT].includes(Regex) ? Regex : null
}

const stepsOf = (step: Json | null): Json[] =>
  step === null || step === undefined
    ? []
    : step.type === 'Sequence'
      ? (step.pretokenizers as Json[]).flatMap(stepsOf)
      : [step]

import { parse, tokenize } from '@huggingface/jinja'
import type { Token } from './jinja/test-arguments'
import { testsAsFilters } from './jinja/test-arguments'

/** A node of jinja's syntax tree; only the fields that are looked at are known. */
export type Node = { type: string; [field: string]: unknown }

export interface ParsedTemplate {
  body: Node[]
}

/** Parse a template as transformers does (trim_blocks, lstrip_blocks). */
export function parseTemplate(source: string): ParsedTemplate {
  try {
    const tokens = tokenize(source, { lstrip_blocks: true, trim_blocks: true })
    return parse(testsAsFilters(tokens as Token[]) as typeof tokens) as unknown as ParsedTemplate
  } catch (error) {
    // The parser looks behind the last token without asking whether there is one.
    if (error instanceof TypeError) throw new SyntaxError('it ends within a tag', { cause: error })
    throw error
  }
}

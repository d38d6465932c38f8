import { chat, historyTurns, questionAndAnswer } from './chat'
import type { Shape } from './shape'

/** Alpaca's own name first, then those of Dolly and others with the same fields. */
const INPUTS = ['input', 'context']
const OUTPUTS = ['output', 'response', 'answer']

/** Instruction, perhaps an input, and output. */
export const alpaca: Shape = {
  format: 'alpaca',
  recognise(fields) {
    if (fields.nameOf('instruction') === undefined) return null
    if (fields.has('instruction') && fields.has(...OUTPUTS)) return 'whole'
    return OUTPUTS.some((name) => fields.nameOf(name) !== undefined) ? 'part' : null
  },
  /** The instruction, then the input on a line of its own, as LLaMA-Factory joins them. */
  toExample(fields) {
    const before = historyTurns(fields)
    const inputs = INPUTS.map((name) => fields.optionalText('input', name)).filter(Boolean)
    const parts = [fields.optionalText('question', 'instruction'), ...inputs].filter(Boolean)
    if (parts.length === 0) throw fields.lacks(['instruction'])
    return chat(fields, questionAndAnswer(before, parts.join('\n'), fields.text('answer', ...OUTPUTS)))
  },
}

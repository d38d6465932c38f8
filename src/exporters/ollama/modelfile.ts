import type { ExportSource } from '../exporter'
import { goTemplate } from './go-template'
import { readThought, readToolTurns } from './tool-turns'
import { readTurns } from './turns'
import type { Render } from './turns'

/** Ollama's names of what generation_config.json may say of sampling. */
const SAMPLING: [field: string, parameter: string][] = [
  ['temperature', 'temperature'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
  ['min_p', 'min_p'],
  ['repetition_penalty', 'repeat_penalty'],
]

/**
 * A Modelfile: the model, the template that it was trained with in Ollama's language, and what ends an answer. Without
 * a template where Ollama's language cannot say it, see `readTurns`: Ollama then takes the one of its own that is
 * nearest to the file's.
 * @param from lines that say which files are taken
 */
export function modelfile({ opened, tokenizer }: Pick<ExportSource, 'opened' | 'tokenizer'>, from: string[]): string {
  const template = ollamaTemplate(tokenizer)
  const hasTools = template?.includes('.ToolCalls') ?? false
  const stops = tokenizer.stopIds.map((id) => tokenizer.tokenInfo(id).text)
  const lines = [
    ...from,
    '',
    ...(template === null ? [...UNSAID, ''] : [...(hasTools ? COMPACT : []), `TEMPLATE """${template}"""`, '']),
    ...stops.map((text) => `PARAMETER stop ${JSON.stringify(text)}`),
    ...sampling(opened.generationConfig ?? {}),
  ]
  return `${lines.join('\n')}\n`
}

const UNSAID = [
  "# The model's chat template says more than Ollama's language can. Ollama takes the one of its own that is nearest,",
  '# or, where none is near, the bare question: look with "ollama show --template".',
]
const COMPACT = [
  "# Tools and calls are the trained template's but for the JSON in them, which Ollama writes itself: without spaces,",
  '# keys in its own order.',
]

function sampling(generation: Record<string, unknown>): string[] {
  const values: Record<string, unknown> =
    generation.do_sample === false ? { ...generation, temperature: 0 } : generation
  // Ollama's own penalty is not 1: answers would be others than those that were looked at here.
  const told: Record<string, unknown> = { repetition_penalty: 1, ...values }
  return SAMPLING.flatMap(([field, parameter]) =>
    typeof told[field] === 'number' ? [`PARAMETER ${parameter} ${told[field]}`] : [],
  )
}

/** The chat template in Ollama's language; null where there is none or where that cannot say it. */
export function ollamaTemplate(tokenizer: ExportSource['tokenizer']): string | null {
  const { template } = tokenizer
  // The day in a system turn would be that of the export for ever.
  if (!template || template.mentions('strftime_now')) return null
  const begins = tokenBefore(tokenizer)
  const render: Render = (messages, addGenerationPrompt, more) => {
    const text = (tokenizer.templateFor(more?.tools) ?? template).render(messages, { addGenerationPrompt, ...more })
    return text.startsWith(begins) ? text.slice(begins.length) : text
  }
  const turns = readTurns(render)
  const told = turns && goTemplate(turns, readToolTurns(render, turns), readThought(render, turns))
  // A Modelfile has no way to write three quotes inside of three quotes.
  return told?.includes('"""') ? null : told
}

/** What the tokenizer puts before every text, in Ollama as well: a template must not write it a second time. */
function tokenBefore(tokenizer: ExportSource['tokenizer']): string {
  const [plain, whole] = [tokenizer.encode('x'), tokenizer.encode('x', { addSpecialTokens: true })]
  return whole.length > plain.length && whole[0] !== plain[0] ? tokenizer.tokenInfo(whole[0]).text : ''
}

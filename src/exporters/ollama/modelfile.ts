import type { ExportSource } from '../exporter'
import { readTurns } from './turns'
import type { Turns } from './turns'

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
  const stops = tokenizer.stopIds.map((id) => tokenizer.tokenInfo(id).text)
  const lines = [
    ...from,
    '',
    ...(template === null
      ? ["# The model's chat template says more than Ollama's language can: Ollama takes the nearest of its own.", '']
      : [`TEMPLATE """${template}"""`, '']),
    ...stops.map((text) => `PARAMETER stop ${JSON.stringify(text)}`),
    ...sampling(opened.generationConfig ?? {}),
  ]
  return `${lines.join('\n')}\n`
}

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
  const turns = readTurns((messages, addGenerationPrompt, args) => {
    const text = template.render(messages, { addGenerationPrompt, args })
    return text.startsWith(begins) ? text.slice(begins.length) : text
  })
  const told = turns && goTemplate(turns)
  // A Modelfile has no way to write three quotes inside of three quotes.
  return told?.includes('"""') ? null : told
}

/** What the tokenizer puts before every text, in Ollama as well: a template must not write it a second time. */
function tokenBefore(tokenizer: ExportSource['tokenizer']): string {
  const [plain, whole] = [tokenizer.encode('x'), tokenizer.encode('x', { addSpecialTokens: true })]
  return whole.length > plain.length && whole[0] !== plain[0] ? tokenizer.tokenInfo(whole[0]).text : ''
}

/**
 * The turns as a template of Go's text/template over Ollama's values. An answer that the last turn has begun is left
 * open, as Ollama's own templates leave it.
 */
function goTemplate({ unasked, system, user, assistant, ask, askPlainly }: Turns): string {
  const asking =
    askPlainly === null
      ? literal(ask)
      : `{{ if and $.IsThinkSet (not $.Think) }}${literal(askPlainly)}{{ else }}${literal(ask)}{{ end }}`
  const turn = (role: string, { before, after }: Turns['user']) =>
    `{{ else if eq .Role "${role}" }}${literal(before)}{{ .Content }}${literal(after)}`
  const turns = [
    ...(system ? [turn('system', system)] : []),
    turn('user', user),
    `{{ else if eq .Role "assistant" }}${literal(assistant.before)}{{ .Content }}`,
    `{{ if not $last }}${literal(assistant.after)}{{ end }}{{ end }}`,
  ].join('')
  return [
    unasked === '' ? '' : `{{ if not .System }}${literal(unasked)}{{ end }}`,
    '{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}',
    `{{ ${turns.slice('{{ else '.length)}`,
    `{{ if and $last (ne .Role "assistant") }}${asking}{{ end }}`,
    '{{ end }}',
  ].join('')
}

/** Text as a template writes it out: two opening braces would begin an action. */
const literal = (text: string) => text.replaceAll('{{', '{{ "{{" }}')

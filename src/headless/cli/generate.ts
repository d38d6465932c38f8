import { readFile } from 'node:fs/promises'
import type { GenerateRequest, GenerateResult } from '../../contracts/answers'
import { fail } from '../../errors'
import type { Command, CommandContext } from './command'
import { gpuOption, kvOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { folderAt, noSuch } from './inputs'
import { kvDtype } from './kv-dtype'
import { readRun } from './run-config'

export const generateCommand: Command = {
  summary: "The model's answer to one message, or to many at once, greedy unless --temperature is given.",
  options: {
    model: modelOption,
    lora: { value: 'DIR', help: 'PEFT adapter to apply' },
    prompt: { value: 'TEXT', help: "the user's message, put through the chat template where the model has one" },
    prompts: {
      value: 'FILE',
      help: 'a message on each line, as many answered at once as fit; prints {"line", "token_ids", "text"} of each',
    },
    system: { value: 'TEXT', help: 'system message' },
    'max-new-tokens': { value: 'N', min: 1, help: 'stop after this many tokens (128)' },
    temperature: { value: 'T', number: true, help: '0 is greedy (default)' },
    'top-p': { value: 'P', number: true, help: 'sample among the likeliest tokens with this share (1)' },
    'top-k': { value: 'K', min: 0, help: 'sample among this many likeliest tokens (0: all)' },
    seed: { value: 'N', min: 0, help: 'seed of the sampling (0)' },
    'kv-dtype': kvOption,
    json: { help: 'print {"token_ids", "text"}, new tokens only' },
    config: { value: 'RUN.json', help: 'run file; its quantization settings are used' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    if (options.prompt !== undefined && options.prompts !== undefined)
      throw fail('cli-options-exclude', { first: '--prompts', second: '--prompt' })
    if (options.prompt === undefined && options.prompts === undefined)
      throw fail('cli-missing-option', { command: 'generate', option: '--prompt or --prompts' })
    const lines = options.prompts === undefined ? null : await readPrompts(options.prompts as string)
    const { run } = await readRun(options.config as string | undefined, terminal)
    const lora = options.lora ? await folderAt('--lora', options.lora as string, root) : null
    const engine = await engineWithModel(context, run.quantization)
    if (lora) await engine.loadAdapter(lora)

    const cancel = new AbortController()
    context.onInterrupt(() => cancel.abort())
    const system = options.system === undefined ? [] : [{ role: 'system', content: options.system as string }]
    const ask = (prompt: string): GenerateRequest => ({
      messages: [...system, { role: 'user', content: prompt }],
      temperature: Number(options.temperature ?? 0),
      top_p: Number(options['top-p'] ?? 1),
      top_k: Number(options['top-k'] ?? 0),
      seed: Number(options.seed ?? 0),
      max_new_tokens: Number(options['max-new-tokens'] ?? 128),
      useAdapter: lora !== null,
      kv_dtype: kvDtype(context),
    })
    if (lines) return answerLines(context, engine, lines, ask, cancel.signal)
    let shown = 0
    const answer = await engine.generate(
      ask(options.prompt as string),
      (text) => {
        if (options.json) return
        terminal.text(text.slice(shown))
        shown = text.length
      },
      cancel.signal,
    )
    if (options.json) terminal.json({ token_ids: answer.token_ids, text: answer.text })
    else terminal.text(`${answer.text.slice(shown)}\n`)
    terminal.line(
      `${answer.token_ids.length} tokens, ${answer.tokensPerSecond.toFixed(1)} tok/s, ended by ${answer.finish}`,
    )
  },
}

interface Line {
  /** As editors count. */
  line: number
  text: string
}

/** The lines of a file that hold something. Throws 'cli-file-missing', 'cli-option-value'. */
async function readPrompts(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw noSuch('--prompts', path)
  })
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ line: i + 1, text: line }))
    .filter((line) => line.text.trim() !== '')
  if (lines.length === 0)
    throw fail('cli-option-value', { option: '--prompts', value: path, expected: 'a file with a message on each line' })
  return lines
}

/**
 * A JSON line for each, in the file's order, as soon as those before it are answered, too. Throws 'engine-unanswered'
 * after the last where some could not be asked.
 */
async function answerLines(
  { terminal }: CommandContext,
  engine: Awaited<ReturnType<typeof engineWithModel>>,
  lines: Line[],
  ask: (prompt: string) => GenerateRequest,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now()
  const answers = new Map<number, GenerateResult>()
  let tokens = 0
  let next = 0
  const left = await engine.generateMany(
    lines.map(({ text }) => ask(text)),
    (index, answer) => {
      answers.set(index, answer)
      tokens += answer.token_ids.length
      for (let ready = answers.get(next); ready; ready = answers.get(++next))
        terminal.json({ line: lines[next].line, token_ids: ready.token_ids, text: ready.text })
    },
    signal,
  )
  // Those behind a message that has no answer.
  for (; next < lines.length; next++) {
    const answer = answers.get(next)
    if (answer) terminal.json({ line: lines[next].line, token_ids: answer.token_ids, text: answer.text })
  }
  for (const { index, error } of left) terminal.line(`line ${lines[index].line}: ${error.message}`)
  const seconds = (performance.now() - started) / 1000
  terminal.line(`${answers.size} answers, ${tokens} tokens, ${(tokens / seconds).toFixed(1)} tok/s`)
  if (left.length > 0) throw fail('engine-unanswered', { unanswered: left.length, asked: lines.length })
}

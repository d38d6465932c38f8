import type { Command } from './command'
import { gpuOption, modelOption } from './command'
import { engineWithModel } from './engine'
import { folderAt } from './inputs'
import { readRun } from './run-config'

export const generateCommand: Command = {
  summary: "The model's answer to one message, greedy unless --temperature is given.",
  options: {
    model: modelOption,
    lora: { value: 'DIR', help: 'PEFT adapter to apply' },
    prompt: {
      value: 'TEXT',
      required: true,
      help: "the user's message, put through the chat template where the model has one",
    },
    system: { value: 'TEXT', help: 'system message' },
    'max-new-tokens': { value: 'N', min: 1, help: 'stop after this many tokens (128)' },
    temperature: { value: 'T', number: true, help: '0 is greedy (default)' },
    'top-p': { value: 'P', number: true, help: 'sample among the likeliest tokens with this share (1)' },
    'top-k': { value: 'K', min: 0, help: 'sample among this many likeliest tokens (0: all)' },
    seed: { value: 'N', min: 0, help: 'seed of the sampling (0)' },
    json: { help: 'print {"token_ids", "text"}, new tokens only' },
    config: { value: 'RUN.json', help: 'run file; its quantization settings are used' },
    gpu: gpuOption,
  },
  async run(context) {
    const { options, terminal, root } = context
    const { run } = await readRun(options.config as string | undefined, terminal)
    const lora = options.lora ? await folderAt('--lora', options.lora as string, root) : null
    const engine = await engineWithModel(context, run.quantization)
    if (lora) await engine.loadAdapter(lora)

    const cancel = new AbortController()
    context.onInterrupt(() => cancel.abort())
    const system = options.system === undefined ? [] : [{ role: 'system', content: options.system as string }]
    let shown = 0
    const answer = await engine.generate(
      {
        messages: [...system, { role: 'user', content: options.prompt as string }],
        temperature: Number(options.temperature ?? 0),
        top_p: Number(options['top-p'] ?? 1),
        top_k: Number(options['top-k'] ?? 0),
        seed: Number(options.seed ?? 0),
        max_new_tokens: Number(options['max-new-tokens'] ?? 128),
        useAdapter: lora !== null,
      },
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

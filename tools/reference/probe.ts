import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { answer } from '../../src/engine/core/answer'
import { tokenizerOf } from '../../src/engine/core/open-data'
import { openModelFolder, type OpenedModel } from '../../src/model/opening/open-model'
import { readPeft } from '../../src/formats/read-peft'
import { openDawn, type GpuKind } from '../../src/headless/dawn'
import type { LanguageModel } from '../../src/model/language-model'
import { loadLanguageModel } from '../../src/model/loading/load-model'
import { argmax } from '../../src/ops/answering/argmax'
import { PROJECTIONS } from '../../src/contracts/model'
import { nodeFolder } from '../../src/storage/node/node-folder'
import { linearModules, linearShape, modulePath } from '../../src/architecture/names'
/** Rows fetched at a time, so that a large tensor never stands in memory as a whole. */
const ROWS = 256

/** What the command line does not show: all logits of an answer, and the exact values that NF4 stands for. */
export async function probe(argv: string[]): Promise<void> {
  const [command, ...rest] = argv
  const option = (name: string) => {
    const at = rest.indexOf(`--${name}`)
    return at < 0 ? undefined : rest[at + 1]
  }
  const gpu = await openDawn((option('gpu') ?? 'auto') as GpuKind)
  process.stderr.write(`GPU: ${gpu.info.description}\n`)
  const opened = await openModelFolder(nodeFolder(option('model')!))
  const model = await loadLanguageModel(gpu, opened, undefined, undefined, { doubleQuant: !rest.includes('--plain') })
  const lora = option('lora')
  if (lora) {
    const adapter = await readPeft(nodeFolder(lora), linearModules(model.config))
    await model.attachLora(adapter.lora, { kind: 'pairs', pairs: adapter.pairs })
  }
  if (command !== 'answers' && command !== 'hashes')
    throw new Error(`unknown command ${command}; known: answers, hashes`)
  if (command === 'hashes') {
    print(await hashes(model))
    return
  }
  const prompts = JSON.parse(readFileSync(option('prompts')!, 'utf8')) as string[]
  print(await answers(model, opened, prompts, Number(option('tokens')), option('out')!))
}

/**
 * Greedy answers, each with the logits f32 [T, V] of prompt and answer together, from one pass without a cache, as
 * OUT/i.f32.
 * `agree`: how many of the answer's tokens, which came through the cache, are the likeliest in that pass, too.
 */
async function answers(model: LanguageModel, opened: OpenedModel, prompts: string[], tokens: number, out: string) {
  const tokenizer = await tokenizerOf(opened)
  const V = model.config.vocabSize
  const found = []
  for (const [i, prompt] of prompts.entries()) {
    const messages = [{ role: 'user', content: prompt }]
    const greedy = { messages, temperature: 0, top_p: 1, top_k: 0, seed: 0, max_new_tokens: tokens, useAdapter: true }
    const { token_ids } = await answer(model, tokenizer, greedy, () => undefined)
    const prompt_ids = [...tokenizer.renderPrompt(messages).ids]
    const logits = await model.logits(Int32Array.from([...prompt_ids, ...token_ids]), true)
    const likeliest = (t: number) => argmax(logits.subarray(t * V, (t + 1) * V))
    const agree = token_ids.filter((id, j) => likeliest(prompt_ids.length - 1 + j) === id).length
    writeFileSync(`${out}/${i}.f32`, new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength))
    found.push({ prompt_ids, token_ids, agree })
  }
  return found
}

/** SHA-256 of the float32 bytes of every dequantised linear, by its name in the checkpoint. */
async function hashes(model: LanguageModel): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (let layer = 0; layer < model.config.layers; layer++) {
    for (const projection of PROJECTIONS) {
      const name = `model.layers.${layer}.${modulePath(projection)}`
      const [rows] = linearShape(model.config, projection)
      const hash = createHash('sha256')
      for (let row = 0; row < rows; row += ROWS) {
        const values = await model.dequantizedRows(name, row, Math.min(ROWS, rows - row))
        hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
      }
      found[name] = hash.digest('hex')
    }
  }
  return found
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

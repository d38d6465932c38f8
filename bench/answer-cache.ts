import { readFileSync } from 'node:fs'
import type { CacheType } from '../src/contracts/answers'
import { promptIds } from '../src/engine/core/answer'
import { tokenizerOf } from '../src/engine/core/open-data'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import type { GpuLanguageModel } from '../src/model/gpu-language-model'
import { loadLanguageModel } from '../src/model/loading/load-model'
import { openModelFolder } from '../src/model/opening/open-model'
import { nodeFolder } from '../src/storage/node/node-folder'

// npm run bench -- answer-cache MODEL [gpu] [answers] [tokens]: what keys and values in 16 bits change. So many
// questions answered greedily with either cache: how many answers differ, and from which token on; and, along eight
// answers of the 32-bit cache, how far the logits are from each other at most.
const [model, gpuKind = 'auto', count = '48', length = '64'] = process.argv.slice(2)
const gpu = await openDawn(gpuKind as GpuKind)
const opened = await openModelFolder(nodeFolder(model))
const language = (await loadLanguageModel(gpu, opened)) as GpuLanguageModel
const tokenizer = await tokenizerOf(opened)
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const questions = [
  ...(read('public/samples/clinic-questions.json') as { patient_query: string }[]).map((row) => row.patient_query),
  ...(read('public/suites/ifeval-en.json') as { items: { prompt: string }[] }).items.map(({ prompt }) => prompt),
]
const N = Math.min(Number(count), questions.length)
const prompts = Array.from({ length: N }, (_, i) =>
  promptIds(tokenizer, { messages: [{ role: 'user', content: questions[Math.floor((i * questions.length) / N)] }] }),
)
const greedy = { maxNewTokens: Number(length), temperature: 0, topP: 1, topK: 0, seed: 0, useAdapter: false }

async function answers(cache: CacheType): Promise<number[][]> {
  const made: number[][] = prompts.map(() => [])
  const stream = language.generateMany(prompts, { ...greedy, stopIds: tokenizer.stopIds, cache })
  for await (const { index, id } of stream) made[index].push(id)
  return made
}

const [whole, half] = [await answers('f32'), await answers('f16')]
const firstOther = whole.map((ids, i) => ids.findIndex((id, at) => id !== half[i][at]))
const differing = firstOther.filter((at) => at >= 0).sort((a, b) => a - b)
let largest = 0
let scale = 0
for (const [i, ids] of whole.slice(0, 8).entries()) {
  const size = { lines: 1, capacity: prompts[i].length + ids.length }
  const decoders = [
    await language.createDecoder({ ...size, cache: 'f32' }, false),
    await language.createDecoder({ ...size, cache: 'f16' }, false),
  ]
  const compare = async (of: 'prompt' | 'step'): Promise<void> => {
    const [a, b] = [await decoders[0].logits(0, of), await decoders[1].logits(0, of)]
    for (let t = 0; t < a.length; t++) {
      largest = Math.max(largest, Math.abs(a[t] - b[t]))
      scale = Math.max(scale, Math.abs(a[t]))
    }
  }
  for (const decoder of decoders) await (await decoder.prompt(0, prompts[i])).read()
  await compare('prompt')
  for (const id of ids.slice(0, -1)) {
    for (const decoder of decoders) {
      await decoder.put(0, id)
      await (await decoder.step()).read()
    }
    await compare('step')
  }
  for (const decoder of decoders) decoder.destroy()
}
console.log(
  `${differing.length} of ${N} answers of up to ${length} tokens differ, first at tokens ${differing.join(', ') || '-'}; ` +
    `logits differ by ${largest.toPrecision(2)} at most, of up to ${scale.toFixed(1)}`,
)
process.exit(0)

// One GGUF file in llama.cpp, through node-llama-cpp: a job as JSON in a file, the findings on standard output.
//   node llama_cpp.mjs CLIENTS job.json
// job: { model, lora?: path, texts: [string], rows: [{ input_ids, labels }], prompts: [[id]], max_new_tokens }
// out: { tokens: [[id]], losses: [number], answers: [{ ids, margins }], seconds }
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [clients, jobFile] = process.argv.slice(2)
const { getLlama, LlamaLogLevel } = await import(
  pathToFileURL(join(clients, 'node_modules/node-llama-cpp/dist/index.js')).href
)
const job = JSON.parse(readFileSync(jobFile, 'utf8'))

const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 })
const model = await llama.loadModel({ modelPath: job.model })
const context = await model.createContext({
  contextSize: job.context ?? 1024,
  // One: threads that wait for each other by spinning stand still on a machine that others use, too.
  threads: 1,
  flashAttention: false,
  // As precise as the model itself: the cache's own f16 would blur the comparison.
  experimentalKvCacheKeyType: 'F32',
  experimentalKvCacheValueType: 'F32',
  ...(job.lora ? { lora: job.lora } : {}),
})
const sequence = context.getSequence()
const began = performance.now()

const tokens = job.texts.map((text) => Array.from(model.tokenize(text, true)))

/** Sum of cross-entropy over the trained tokens of a row, divided by their number, in f64 of f32 logits. */
async function loss({ input_ids, labels }) {
  await sequence.clearHistory()
  const items = input_ids
    .slice(0, -1)
    .map((id, i) => (labels[i + 1] === -100 ? id : [id, { generateNext: { logits: true, token: false } }]))
  const results = await sequence.controlledEvaluate(items)
  let sum = 0
  let count = 0
  for (const [i, result] of results.entries()) {
    if (!result) continue
    const { logits } = result.next
    const values = [...logits.values()]
    const top = values.reduce((a, b) => Math.max(a, b), -Infinity)
    const total = values.reduce((a, b) => a + Math.exp(b - top), 0)
    sum += top + Math.log(total) - logits.get(labels[i + 1])
    count++
  }
  return sum / count
}

/** Greedy ids, and by how much each led the next best. */
async function answer(prompt) {
  await sequence.clearHistory()
  const ids = []
  const margins = []
  let items = prompt
  while (ids.length < job.max_new_tokens) {
    const last = [items.at(-1), { generateNext: { logits: true, token: false } }]
    const results = await sequence.controlledEvaluate([...items.slice(0, -1), last])
    const best = [...results.at(-1).next.logits].sort((a, b) => b[1] - a[1] || a[0] - b[0])
    ids.push(best[0][0])
    margins.push(best[0][1] - best[1][1])
    if (job.stop.includes(best[0][0])) break
    items = [best[0][0]]
  }
  return { ids, margins }
}

const losses = []
for (const row of job.rows) losses.push(await loss(row))
const answers = []
for (const prompt of job.prompts) answers.push(await answer(prompt))
process.stdout.write(JSON.stringify({ tokens, losses, answers, seconds: (performance.now() - began) / 1000 }))
await llama.dispose()
process.exit(0)

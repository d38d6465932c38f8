import { openModelFolder } from '../src/model/opening/open-model'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { loadLanguageModel } from '../src/model/loading/load-model'
import type { GpuLanguageModel } from '../src/model/gpu-language-model'
import { nodeFolder } from '../src/storage/node/node-folder'
import { storageTensor } from '../src/gpu/storage'
import { medianOf, timed } from './lib/timing'

// npm run bench -- answers MODEL [gpu] [lines ...]: a token of so many lines (medians of five), against reading the
// weights once at the speed of a copy; then whole answers, the best tokens and drawn ones.
const [model, gpuKind = 'auto', ...more] = process.argv.slice(2)
const counts = more.length > 0 ? more.map(Number) : [1, 8]
const gpu = await openDawn(gpuKind as GpuKind)
const language = (await loadLanguageModel(gpu, await openModelFolder(nodeFolder(model)))) as GpuLanguageModel
const MiB = 2 ** 20
const [from, to] = [0, 1].map((i) => storageTensor(gpu, `copy ${i}`, 'f32', [8 * MiB]).buffer!)
const copyMs = await medianOf(5, () =>
  timed(gpu, () => {
    const encoder = gpu.device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, to, 0, 32 * MiB)
    gpu.device.queue.submit([encoder.finish()])
  }),
)
// A copy reads and writes: what only reads moves twice as much.
const { nf4Bytes } = language
const { headBytes } = (language as unknown as { weights: { headBytes: number } }).weights
const readMs = (copyMs / 2 / (32 * MiB)) * (nf4Bytes + headBytes)
console.log(
  `weights ${((nf4Bytes + headBytes) / MiB).toFixed(0)} MiB, read once at the speed of a copy: ${readMs.toFixed(1)} ms`,
)
let one = 0
for (const lines of counts) {
  const size = { lines, capacity: 64, cache: 'f32' as const }
  const decoder = await language.createDecoder(size, false)
  for (let line = 0; line < lines; line++) {
    const ids = Int32Array.from({ length: 8 + line }, (_, i) => (i * 37 + line) % language.config.vocabSize)
    await (await decoder.prompt(line, ids)).read()
  }
  await (await decoder.step()).read()
  const ms = await medianOf(5, () => timed(gpu, () => decoder.stepsForProfiling.run({ lines })))
  one ||= ms
  const { stepDispatches } = language.planAnswers(size, false)
  console.log(
    `${lines} lines: ${ms.toFixed(1)} ms of work a step, ` +
      `${(readMs / ms).toFixed(2)} of the bound, ${((lines * one) / ms).toFixed(2)} x the tokens of ${counts[0]}, ${stepDispatches} dispatches`,
  )
  decoder.destroy()
}

/** Processor time of all threads, the host's too: drawing was once its work. */
const HOWS = {
  best: { temperature: 0, topK: 0, topP: 1 },
  drawn: { temperature: 1, topK: 0, topP: 1 },
  'drawn, top-p': { temperature: 1, topK: 0, topP: 0.9 },
  'drawn, top-k and top-p': { temperature: 0.7, topK: 20, topP: 0.9 },
}
const TOKENS = 32
for (const lines of counts) {
  const prompts = Array.from({ length: lines }, (_, line) =>
    Int32Array.from({ length: 8 }, (_, i) => (i * 37 + line) % language.config.vocabSize),
  )
  for (const [name, how] of Object.entries(HOWS)) {
    const options = { ...how, maxNewTokens: TOKENS, seed: 1, stopIds: [], useAdapter: false }
    const msPerToken = async (): Promise<number> => {
      const [before, started] = [process.cpuUsage(), performance.now()]
      let tokens = 0
      for await (const _ of language.generateMany(prompts, options)) tokens++
      const { user, system } = process.cpuUsage(before)
      return (gpu.isSoftware ? (user + system) / 1000 : performance.now() - started) / tokens
    }
    const ms = await medianOf(5, msPerToken)
    console.log(`${lines} lines, ${name}: ${ms.toFixed(2)} ms a token, ${(1000 / ms).toFixed(1)} tokens a second`)
  }
}
process.exit(0)

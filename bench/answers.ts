import { openModelFolder } from '../src/model/opening/open-model'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { loadLanguageModel } from '../src/model/loading/load-model'
import type { GpuLanguageModel } from '../src/model/gpu-language-model'
import { nodeFolder } from '../src/storage/node/node-folder'
import { storageTensor } from '../src/gpu/storage'
import { medianOf, timed } from './lib/timing'

// npm run bench -- answers MODEL [gpu] [lines ...]: a token of so many lines (medians of five), against reading the
// weights once at the speed of a copy.
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
process.exit(0)

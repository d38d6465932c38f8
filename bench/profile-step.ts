import { collate } from '../src/data/collate'
import type { TokenizedRow } from '../src/contracts/data'
import { openModelFolder } from '../src/model/opening/open-model'
import { profile } from '../src/gpu/profiler'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { loadLanguageModel } from '../src/model/loading/load-model'
import type { GpuLanguageModel } from '../src/model/gpu-language-model'
import { PROJECTIONS } from '../src/contracts/model'
import { record } from './lib/record'
import { fmaPeak, workerMs } from './lib/timing'
import { nodeFolder } from '../src/storage/node/node-folder'

// npm run bench -- profile-step MODEL [tokens] [gpu]: where a training step's time goes, kernel by kernel.
const [model, tokens = '96', gpuKind = 'auto'] = process.argv.slice(2)
const T = Number(tokens)
const gpu = await openDawn(gpuKind as GpuKind)
const opened = await openModelFolder(nodeFolder(model))
const started = performance.now()
const language = (await loadLanguageModel(gpu, opened)) as GpuLanguageModel
const loaded = performance.now()
await language.attachLora(
  { r: 8, lora_alpha: 16, lora_dropout: 0, target_modules: [...PROJECTIONS], use_rslora: false },
  { kind: 'random', seed: 1 },
)
const row: TokenizedRow = {
  row: 1,
  inputIds: Int32Array.from({ length: T }, (_, i) => (i * 37) % language.config.vocabSize),
  labels: Int32Array.from({ length: T }, (_, i) => (i < T / 2 ? -100 : (i * 37) % language.config.vocabSize)),
  truncated: false,
}
const batch = collate([row], [[0]])
const trainer = await language.createGpuTrainer({ batch: 1, tokens: T, optimizer: 'adamw', seed: 1 })
const options = { lr: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 }
await trainer.accumulate(batch, batch.trainedTokens)
await trainer.step(options)
const before = { ...gpu.counts }
const cpu = workerMs()
const start = performance.now()
await trainer.accumulate(batch, batch.trainedTokens)
const encoded = performance.now()
const result = await trainer.step(options)
// On a software adapter the work itself, whoever shares the machine.
const counts = Object.fromEntries(Object.entries(gpu.counts).map(([k, v]) => [k, v - before[k as keyof typeof before]]))
const stepMs = gpu.isSoftware && cpu > 0 ? workerMs() - cpu : performance.now() - start
const rows = await profile(trainer.passPlanForProfiling(), { B: 1, T, rows: batch.trainedTokens })
const total = rows.reduce((sum, r) => sum + r.milliseconds, 0)
console.log(
  `load ${(loaded - started).toFixed(0)} ms; step ${stepMs.toFixed(0)} ms (encoding ${(encoded - start).toFixed(0)} ms), loss ${result.loss}`,
)
console.log(
  Object.entries(counts)
    .map(([k, v]) => `${k} +${v}`)
    .join(', '),
)
for (const r of rows.slice(0, 24)) {
  console.log(
    `${((100 * r.milliseconds) / total).toFixed(1).padStart(5)} % ${r.milliseconds.toFixed(0).padStart(7)} ms ${String(r.dispatches).padStart(5)} x ` +
      `${(r.flops / r.milliseconds / 1e6).toFixed(2).padStart(6)} GFLOP/s  ${r.kernel.slice(0, 170)}`,
  )
}
const flops = rows.reduce((sum, r) => sum + r.flops, 0)
const peak = await fmaPeak(gpu)
const share = flops / stepMs / 1e6 / peak
console.log(`${(flops / 1e9).toFixed(2)} GFLOP, ${(100 * share).toFixed(1)} % of the peak (${peak.toFixed(1)} GFLOP/s)`)
record(`step ${model.split('/').at(-1)} ${gpu.info.description.split(':')[0]}`, {
  tokens: T,
  step_ms: stepMs,
  share,
  counts,
  kernels: classesOf(rows),
})
process.exit(0)

/** Share of the time by kernel, over all its variants. */
function classesOf(all: typeof rows): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { kernel, milliseconds } of all) {
    const name = kernel.split('|')[0]
    sums[name] = (sums[name] ?? 0) + milliseconds / total
  }
  return sums
}

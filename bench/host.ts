import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CARDS, cardEnvironment } from '../scripts/lib/no-gpu.mjs'
import { parseModelConfig } from '../src/architecture/config'
import { linearShape } from '../src/architecture/names'
import { collate } from '../src/data/collate'
import { PROJECTIONS, type ModelConfig, type Projection } from '../src/contracts/model'
import { openGpu, type Gpu } from '../src/gpu/device'
import { bufferTensor, type Tensor } from '../src/gpu/tensor'
import { openDawn } from '../src/headless/dawn'
import { GpuLanguageModel } from '../src/model/gpu-language-model'
import type { LayerWeights, ModelWeights } from '../src/model/weights'
import { KNOWN_MODELS } from '../src/state/known-models'
import type { LinearWeight } from '../src/ops/linear'
import { nf4Layout } from '../src/ops/nf4'
import { nullGpuApi } from './lib/null-device'
import { record } from './lib/record'

// npm run bench -- host [tokens]: what the engine itself takes of the processor for a training step of Qwen2.5-0.5B, on
// a device that computes nothing. The browser's or Dawn's own share comes on top, by dispatch.
// npm run bench -- host tokens CARD ...: the wait before the first step on cards that are not there, whose production
// drivers compile everything (node scripts/no-gpu.mjs builds what that needs).
const [tokens = '256', ...cards] = process.argv.slice(2)
const T = Number(tokens)
const isHere = cards[0] === '--here'
if (cards.length > 0 && !isHere) {
  for (const card of cards) startOn(card)
  process.exit(0)
}
const gpu = isHere ? await openDawn('auto') : await openGpu(nullGpuApi())
const { config: shape } = KNOWN_MODELS.find(({ id }) => id === 'Qwen/Qwen2.5-0.5B-Instruct')!
const config = parseModelConfig(JSON.stringify(shape))
const model = new GpuLanguageModel(gpu, config, emptyWeights(gpu, config), [])
await model.attachLora(
  { r: 16, lora_alpha: 32, lora_dropout: 0, target_modules: [...PROJECTIONS], use_rslora: false },
  { kind: 'random', seed: 1 },
)
const inputIds = Int32Array.from({ length: T }, (_, i) => (i * 37) % config.vocabSize)
const labels = inputIds.map((id, i) => (i < T / 2 ? -100 : id))
const batch = collate([{ row: 1, inputIds, labels, truncated: false }], [[0]])

const began = process.cpuUsage()
const asked = performance.now()
const trainer = await model.createGpuTrainer({ batch: 1, tokens: T, optimizer: 'adamw', seed: 1 })
const setUp = milliseconds(process.cpuUsage(began))
if (isHere) {
  // Such a device takes work and never ends it, so that this is where it stops.
  record(`start ${gpu.info.description.split(':')[0]}`, {
    model: 'Qwen2.5-0.5B',
    tokens: T,
    set_up_ms: setUp,
    wall_ms: performance.now() - asked,
    pipelines: gpu.counts.pipelines,
  })
  process.exit(0)
}
const first = await timed()
const before = { ...gpu.counts }
const steady: number[] = []
for (let i = 0; i < 21; i++) steady.push(await timed())
steady.sort((a, b) => a - b)
const rounds = steady.length
const moved = Object.fromEntries(
  Object.entries(gpu.counts).map(([name, n]) => [name, (n - before[name as keyof typeof before]) / rounds]),
)
record('host', {
  model: 'Qwen2.5-0.5B',
  tokens: T,
  set_up_ms: setUp,
  first_step_ms: first,
  steady_ms: { least: steady[0], median: steady[Math.floor(rounds / 2)] },
  counts: moved,
})
process.exit(0)

/** This bench again, with the drivers of a card. Nothing that they compiled before is kept. */
function startOn(card: string): void {
  const environment = card in CARDS ? cardEnvironment(card as keyof typeof CARDS) : undefined
  if (!environment) throw new Error(`${card}: no such card, or no shims (node scripts/no-gpu.mjs)`)
  const env = { ...process.env, ...environment, MESA_SHADER_CACHE_DISABLE: 'true' }
  const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), tokens, '--here'], {
    stdio: 'inherit',
    env,
  })
  if (status !== 0) console.error(`${card} left no figures (code ${status})`)
}

/** Processor milliseconds of one accumulation; whoever shares the machine does not count. */
async function timed(): Promise<number> {
  const start = process.cpuUsage()
  await trainer.accumulate(batch, batch.trainedTokens)
  return milliseconds(process.cpuUsage(start))
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}

/** Weights without numbers. */
function emptyWeights({ buffer }: Gpu, { hiddenSize: C, vocabSize, layers, ...c }: ModelConfig): ModelWeights {
  const tensor = (shape: number[], dtype: 'f32' | 'bf16' = 'f32'): Tensor =>
    bufferTensor(
      'weight',
      dtype,
      shape,
      buffer(
        'weight',
        shape.reduce((n, size) => n * size, 4),
        GPUBufferUsage.STORAGE,
      ),
    )
  const linear = (projection: Projection): { weight: LinearWeight; bias: null } => {
    const [N, K] = linearShape(config, projection)
    const layout = nf4Layout(N * K, true)
    const own = buffer('nf4', layout.words * 4, GPUBufferUsage.STORAGE)
    return { weight: { kind: 'nf4', N, K, buffer: own, layout, nestedOffset: 0 }, bias: null }
  }
  const layer = (): LayerWeights => ({
    inputNorm: tensor([C]),
    postNorm: tensor([C]),
    qNorm: null,
    kNorm: null,
    linears: Object.fromEntries(PROJECTIONS.map((p) => [p, linear(p)])) as LayerWeights['linears'],
    joinedBiases: { attention: tensor([(c.heads + 2 * c.kvHeads) * c.headDim]), feedForward: null },
  })
  return {
    head: [{ tensor: tensor([vocabSize, C], 'bf16'), first: 0, count: vocabSize }],
    hostEmbedding: null,
    finalNorm: tensor([C]),
    layers: Array.from({ length: layers }, layer),
    nf4Bytes: 0,
    headBytes: 0,
    otherBytes: 0,
  }
}

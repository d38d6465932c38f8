import { openDawn, type GpuKind } from '../src/headless/dawn'
import { Replay } from '../src/gpu/replay'
import { readBuffer } from '../src/gpu/readback'
import { storageTensor, write } from '../src/gpu/storage'
import { drawReference } from '../src/ops/answering/choose-reference'
import { drawTokens } from '../src/ops/answering/draw'

// npm run bench -- draws [gpu] [V] [vectors]: tokens drawn by the kernels and by their twin from so many drawn vectors
// of V logits, eight at a time, a fifth of them full of ties, under all settings in turn; prints how many differ.
const [gpuKind = 'auto', V = 151_936, vectors = 800] = process.argv.slice(2).map((v, i) => (i ? Number(v) : v)) as [
  GpuKind,
  number,
  number,
]
const LINES = 8
const TEMPERATURES = [0.01, 0.1, 0.5, 0.7, 1, 1.3, 2]
const TOP_K = [0, 1, 20, 50, 1000, V - 1]
const TOP_P = [1, 0.95, 0.9, 0.5, 1e-3, 1e-9]
const gpu = await openDawn(gpuKind)
const [logits, uniforms, rows, ids, tokens] = (
  [
    ['logits', 'f32', LINES * V],
    ['uniforms', 'u32', LINES],
    ['rows', 'u32', LINES * 4],
    ['ids', 'i32', LINES],
    ['tokens', 'u32', LINES],
  ] as const
).map(([name, dtype, n]) => storageTensor(gpu, name, dtype, [n]))

let state = 1
const next = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
/** Near to normal, some standing out as a model's do. */
const normal = (): number => next() + next() + next() + next() - 2

let different = 0
let kernelMs = 0
let twinMs = 0
for (let batch = 0; batch * LINES < vectors; batch++) {
  const how = {
    temperature: TEMPERATURES[batch % TEMPERATURES.length],
    topK: TOP_K[batch % TOP_K.length],
    topP: TOP_P[Math.floor(batch / TOP_K.length) % TOP_P.length],
  }
  const values = new Float32Array(LINES * V)
  for (let line = 0; line < LINES; line++) {
    const spread = 1 + 11 * next()
    const isTied = next() < 0.2
    for (let i = 0; i < V; i++) {
      const v = normal() * spread + (next() < 1e-4 ? 12 * next() : 0)
      values[line * V + i] = isTied ? Math.round(v) : v
    }
  }
  const drawn = Uint32Array.from({ length: LINES }, () => next() * 2 ** 32)
  const replay = new Replay<null>(
    gpu,
    (r) => drawTokens(r, { lines: LINES, V, logits, first: 0, rows, ids, tokens, how, uniforms }),
    null,
    { label: 'draws' },
  )
  await replay.build()
  await replay.prepare(null)
  write(gpu, logits.buffer!, values)
  write(gpu, uniforms.buffer!, drawn)
  await gpu.device.queue.onSubmittedWorkDone()
  const started = performance.now()
  replay.run(null)
  const found = new Uint32Array(await readBuffer(gpu, tokens.buffer!, 0, LINES * 4))
  const read = performance.now()
  for (let line = 0; line < LINES; line++) {
    const want = drawReference(values.subarray(line * V, (line + 1) * V), how, drawn[line] / 2 ** 32)
    if (want === found[line]) continue
    different++
    console.log(`line ${line}, ${JSON.stringify(how)}: ${found[line]} instead of ${want}`)
  }
  kernelMs += read - started
  twinMs += performance.now() - read
  replay.destroy()
}
const count = Math.ceil(vectors / LINES) * LINES
console.log(
  `${count} vectors of ${V}: ${different} different; kernels ${(kernelMs / count).toFixed(2)} ms, ` +
    `twin ${(twinMs / count).toFixed(1)} ms a vector`,
)
process.exit(different > 0 ? 1 : 0)

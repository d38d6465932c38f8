import { profile } from '../src/gpu/profiler'
import { Replay } from '../src/gpu/replay'
import { storageTensor, uploadTensor } from '../src/gpu/storage'
import type { Tensor } from '../src/gpu/tensor'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { groupBackward, groupForward, groupSlabElements } from '../src/ops/adapted'
import { extraColumns, type LinearGroup } from '../src/ops/linear-group'
import { nf4Layout } from '../src/ops/nf4'
import { record } from './lib/record'
import { fmaPeak, medianOf, timed } from './lib/timing'

// npm run bench -- linears [gpu] [tokens] [rank] [N K ...]: products of one NF4 linear, forward and back, as a share
// of the FMA peak, with what goes before them (unpacking, the adapter's low products); by default the largest linear
// of SmolLM2-135M, Qwen2.5 0.5B, 1.5B and 7B.
const [gpuKind = 'auto', tokens = '256', rankText = '8', ...sizes] = process.argv.slice(2)
const shapes = sizes.length
  ? [sizes.map(Number)]
  : [
      [1536, 576],
      [4864, 896],
      [8960, 1536],
      [18944, 3584],
    ]
const gpu = await openDawn(gpuKind as GpuKind)
const [M, rank] = [Number(tokens), Number(rankText)]
const rows: Record<string, number | string>[] = []
for (const [N, K] of shapes) {
  const layout = nf4Layout(N * K, true)
  const words = Uint32Array.from({ length: layout.words }, (_, i) => (i * 2654435761) >>> 0)
  // The map and the nested scales are numbers; what they scale does not matter here.
  new Float32Array(words.buffer).fill(0.01, 0, layout.absmaxAt)
  const { buffer } = uploadTensor(gpu, 'weight', new Float32Array(words.buffer))
  const weights = [{ kind: 'nf4' as const, N, K, buffer: buffer!, layout, nestedOffset: 0.01 }]
  const page = uploadTensor(gpu, 'page', new Float32Array(rank * (N + K)).fill(0.01))
  const part = (offset: number, shape: number[]): Tensor => ({ ...page, offset, shape })
  const A = part(0, [rank, K])
  const B = part(rank * K * 4, [N, rank])
  const group: LinearGroup = { weights, N, K, parts: [{ from: 0, to: N, A, B, site: 0 }], rank, scale: 2 }
  const extra = extraColumns(group)
  const filled = (label: string, n: number): Tensor => uploadTensor(gpu, label, new Float32Array(n).fill(0.01))
  const [x, dy] = [filled('x', M * (K + extra)), filled('dy', M * (N + extra))]
  const [y, dx] = [storageTensor(gpu, 'y', 'f32', [M * N]), storageTensor(gpu, 'dx', 'f32', [M * K])]
  const slab = storageTensor(gpu, 'slab', 'f32', [groupSlabElements(group, gpu.kernels.tuning)])
  const peak = await fmaPeak(gpu)
  for (const way of ['forward', 'back'] as const) {
    const plan = new Replay<null>(
      gpu,
      (r) =>
        way === 'forward'
          ? groupForward(r, { group, x, low: null, y, bias: null, M, slab, dropout: null })
          : groupBackward(r, { group, dy, pitch: N + extra, dx, M, slab, dropout: null }),
      null,
      { label: 'bench' },
    )
    const started = performance.now()
    await plan.build()
    const built = performance.now() - started
    await plan.prepare(null)
    const ms = await medianOf(5, () => timed(gpu, () => plan.run(null)))
    const share = (2 * M * N * K) / ms / 1e6 / peak
    const parts = await profile(plan, null)
    const total = parts.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
    const before = parts.filter(({ kernel }) => kernel.startsWith('adapted_rows'))
    const unpacking = before.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / total
    rows.push({ N, K, M, way, ms, share, unpacking })
    console.log(
      `[${M}, ${N}, ${K}] ${way.padEnd(7)} ${ms.toFixed(1)} ms, ${(100 * share).toFixed(1)} % of the peak ` +
        `(${peak.toFixed(1)} GFLOP/s), ${(100 * unpacking).toFixed(0)} % of it before the product, ` +
        `built in ${built.toFixed(0)} ms`,
    )
    plan.destroy()
  }
  for (const tensor of [x, dy, y, dx, slab, page, { buffer }]) gpu.free(tensor.buffer!)
}
record(`linears ${gpu.info.description.split(':')[0]}`, { rows })
process.exit(0)

import { Replay } from '../src/gpu/replay'
import { uploadTensor } from '../src/gpu/storage'
import type { Tensor } from '../src/gpu/tensor'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { matmul } from '../src/ops/matmul'

// npm run bench -- matmul [gpu] [M N K ...]: GFLOP/s of every register tile in every layout.
const [gpuKind = 'auto', ...sizes] = process.argv.slice(2)
const shapes = sizes.length
  ? [sizes.map(Number)]
  : [
      [64, 192, 192],
      [128, 896, 896],
      [128, 4864, 896],
      [128, 8, 896],
    ]
const gpu = await openDawn(gpuKind as GpuKind)
const make = (n: number): Tensor => uploadTensor(gpu, 'bench', new Float32Array(n).fill(0.01))
for (const [M, N, K] of shapes) {
  const [a, b, c] = [make(M * K), make(N * K), make(M * N)]
  for (const layout of [{ bTransposed: true }, {}, { aTransposed: true }] as const) {
    const line: string[] = []
    for (const tile of [
      [2, 4],
      [4, 4],
      [8, 4],
      [4, 8],
      [8, 8],
      [16, 4],
      [16, 8],
      [8, 16],
      [16, 16],
    ] as [number, number][]) {
      if ('aTransposed' in layout && tile[0] % 4) continue
      const repeat = Math.max(1, Math.round(2e8 / (2 * M * N * K)))
      const plan = new Replay<null>(
        gpu,
        (r) => {
          for (let i = 0; i < repeat; i++) matmul(r, { a, b, c, M, N, K, ...layout, tile })
        },
        null,
        { label: 'bench' },
      )
      await plan.build()
      await plan.prepare(null)
      let best = Infinity
      for (let i = 0; i < 4; i++) {
        const start = performance.now()
        plan.run(null)
        await gpu.device.queue.onSubmittedWorkDone()
        best = Math.min(best, performance.now() - start)
      }
      line.push(`${tile.join('x')} ${((2 * M * N * K * repeat) / best / 1e6).toFixed(2)}`)
      plan.destroy()
    }
    console.log(`[${M}, ${N}, ${K}] ${JSON.stringify(layout).padEnd(21)} ${line.join('   ')}`)
  }
}
process.exit(0)

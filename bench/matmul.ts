import { Replay } from '../src/gpu/replay'
import { uploadTensor } from '../src/gpu/storage'
import type { Tensor } from '../src/gpu/tensor'
import type { MatmulVariantName } from '../src/gpu/tuning'
import { openDawn, type GpuKind } from '../src/headless/dawn'
import { matmul } from '../src/ops/matmul'
import { MATMUL_VARIANTS } from '../src/ops/matmul-variants'
import { record } from './lib/record'
import { fmaPeak, medianOf, timed } from './lib/timing'

// npm run bench -- matmul [gpu] [M N K ...] [VARIANT ...]: every variant in every layout, in GFLOP/s and as a share of
// the FMA peak.
const words = process.argv.slice(2)
const names = words.filter((word) => word in MATMUL_VARIANTS) as MatmulVariantName[]
const [gpuKind = 'auto', ...sizes] = words.filter((word) => !(word in MATMUL_VARIANTS))
const shapes = sizes.length
  ? [sizes.map(Number)]
  : [
      [256, 576, 576],
      [256, 896, 4864],
      [256, 4864, 896],
    ]
const gpu = await openDawn(gpuKind as GpuKind)
const make = (n: number): Tensor => uploadTensor(gpu, 'bench', new Float32Array(n).fill(0.01))
const rows: { shape: number[]; variant: string; layout: string; gflops: number; share: number; built_ms: number }[] = []
for (const [M, N, K] of shapes) {
  const [a, b, c] = [make(M * K), make(N * K), make(M * N)]
  const peak = await fmaPeak(gpu)
  console.log(`[${M}, ${N}, ${K}], FMA peak ${peak.toFixed(1)} GFLOP/s`)
  for (const name of names.length > 0 ? names : (Object.keys(MATMUL_VARIANTS) as MatmulVariantName[])) {
    const { takes, defines } = MATMUL_VARIANTS[name]
    const { subgroups } = gpu.features
    if (defines.SHARE && !(subgroups && subgroups.least >= Number(defines.SHARE))) continue
    const line: string[] = []
    for (const layout of [{ bTransposed: true }, {}, { aTransposed: true }] as const) {
      const traits = { aTransposed: 'aTransposed' in layout, bTransposed: 'bTransposed' in layout }
      if (!takes({ M, N, K, Z: 1, ...traits, single: true, vectorised: true, causal: null })) continue
      const plan = new Replay<null>(gpu, (r) => matmul(r, { a, b, c, M, N, K, ...layout, variant: name }), null, {
        label: 'bench',
      })
      const started = performance.now()
      await plan.build()
      const compiled = performance.now() - started
      await plan.prepare(null)
      const ms = await medianOf(3, () => timed(gpu, () => plan.run(null)))
      const rate = (2 * M * N * K) / ms / 1e6
      const label = 'bTransposed' in layout ? 'B^T' : 'aTransposed' in layout ? 'A^T' : 'A B'
      rows.push({
        shape: [M, N, K],
        variant: name,
        layout: label,
        gflops: rate,
        share: rate / peak,
        built_ms: compiled,
      })
      line.push(
        `${label} ${rate.toFixed(2)} (${((100 * rate) / peak).toFixed(0)} %, built in ${compiled.toFixed(0)} ms)`,
      )
      plan.destroy()
    }
    console.log(`  ${name.padEnd(20)} ${line.join('   ')}`)
  }
}
record(`matmul ${gpu.info.description.split(':')[0]}`, { rows })
process.exit(0)

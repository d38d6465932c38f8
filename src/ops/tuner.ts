import type { Gpu } from '../gpu/device'
import { readBuffer } from '../gpu/readback'
import { uploadTensor } from '../gpu/storage'
import type { Tensor } from '../gpu/tensor'
import type { MatmulClass, MatmulVariantName, Nf4VariantName, Tuning, WorkgroupTile } from '../gpu/tuning'
import type { TunedCandidate, TunedClass, TuningReport } from '../contracts/tuning'
import { matmul, matmulReference } from './matmul'
import { nf4VariantName } from './matmul-nf4'
import { MATMUL_VARIANTS } from './matmul-variants'
import { nf4TilesFor, searchNf4, verifyNf4 } from './nf4-search'
import { HOPELESS, runOnce, timeProduct } from './run-once'

/** One product for each class, in proportions of a model of half a billion parameters. */
const SHAPES: Record<MatmulClass, { M: number; N: number; K: number; Z: number; bTransposed: boolean }> = {
  forward: { M: 512, N: 4864, K: 896, Z: 1, bTransposed: true },
  backward: { M: 512, N: 896, K: 4864, Z: 1, bTransposed: false },
  attention: { M: 512, N: 512, K: 64, Z: 14, bTransposed: true },
}

/** A software adapter takes seconds for those. */
const SMALL_SHAPES: typeof SHAPES = {
  forward: { M: 128, N: 512, K: 896, Z: 1, bTransposed: true },
  backward: { M: 128, N: 896, K: 512, Z: 1, bTransposed: false },
  attention: { M: 128, N: 128, K: 64, Z: 14, bTransposed: true },
}

/** Share of 100 ms that a submit may take by the rate that was found: products are not all, and rates vary. */
const SUBMIT_SECONDS = 0.05

/** In this order; the first few that a device can run are timed. */
const PREFERENCE: MatmulVariantName[] = [
  'workgroup 8x8',
  'workgroup 8x4',
  'uniform 16x4',
  'workgroup 4x4',
  'workgroup 4x4 of 8',
  'register 8x4',
  'register 4x4',
  'subgroup 8x4',
]
const SOFTWARE_PREFERENCE: MatmulVariantName[] = [
  'subgroup 32x4 of 8',
  'subgroup 16x4 of 4',
  'register 8x8',
  'register 4x4',
]
/** Intel's compilers move the sums of everything larger to memory and back within the loop. */
const INTEL_PREFERENCE: MatmulVariantName[] = [
  'subgroup 16x2',
  'subgroup 8x2',
  'register 4x4',
  'register 2x4',
  'register 1x4',
]
/** Whose registers do not hold 8 x 8 sums, as their compilers say (docs/performance.md). */
const FEW_REGISTERS = ['qualcomm', 'arm']

/** Three to five variants that may be the best on this device. */
export function candidatesFor(
  gpu: Pick<Gpu, 'info' | 'features' | 'isSoftware'> & { device: { limits: GPUSupportedLimits } },
): MatmulVariantName[] {
  const { limits } = gpu.device
  const vendor = gpu.info.vendor.toLowerCase()
  const preferred = gpu.isSoftware ? SOFTWARE_PREFERENCE : vendor === 'intel' ? INTEL_PREFERENCE : PREFERENCE
  return preferred
    .filter((name) => {
      const { defines, rows, columns } = MATMUL_VARIANTS[name]
      const share = Number(defines.SHARE ?? 0)
      if (share > 0 && !(gpu.features.subgroups && gpu.features.subgroups.least >= share)) return false
      // Shared rows are free where the compiler reads them into scalar registers.
      if (name.startsWith('uniform') && vendor !== 'amd' && vendor !== '') return false
      if (name.endsWith('8x8') && FEW_REGISTERS.includes(vendor)) return false
      const depth = Number(defines.BK ?? 0)
      const bytes = depth * (rows / 4 + 1 + columns / 4 + 1) * 16
      if (bytes > limits.maxComputeWorkgroupStorageSize) return false
      return Number(defines.WX ?? defines.LANES) * Number(defines.WY ?? 1) <= limits.maxComputeInvocationsPerWorkgroup
    })
    .slice(0, 5)
}

/** Whether a variant may be used on this device: see the two that it asks. */
export function verifyVariant(gpu: Gpu, name: MatmulVariantName | Nf4VariantName): Promise<boolean> {
  return isNf4(name) ? verifyNf4(gpu, tileOf(name)) : verifyMatmul(gpu, name)
}

const isNf4 = (name: string): name is Nf4VariantName => name.startsWith('nf4 ')
const tileOf = (name: Nf4VariantName): WorkgroupTile => name.slice(4) as WorkgroupTile

/** A product whose sizes fill no tile: what a variant must get right before it is used. */
const CHECK = { M: 37, N: 76, K: 44 }
/** For the variant of single rows, which adds in an order of its own. */
const ROW_CHECK = { M: 1, N: 77, K: 132 }

/**
 * Whether a variant gives, bit for bit, what the plain register tile gives, and that what f64 gives; false, too, where
 * it does not compile.
 */
export async function verifyMatmul(gpu: Gpu, variant: MatmulVariantName): Promise<boolean> {
  const ordered = variant !== 'row'
  const { M, N, K } = ordered ? CHECK : ROW_CHECK
  const values = (n: number, seed: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + seed) * 0.5))
  const [left, right] = [values(M * K, 1), values(N * K, 2)]
  const buffers: Tensor[] = []
  const keep = (tensor: Tensor): Tensor => (buffers.push(tensor), tensor)
  const [a, b] = [keep(uploadTensor(gpu, 'check a', left)), keep(uploadTensor(gpu, 'check b', right))]
  try {
    for (const bTransposed of [true, false]) {
      const traits = { M, N, K, Z: 1, aTransposed: false, bTransposed, single: true, vectorised: true, causal: null }
      if (!MATMUL_VARIANTS[variant].takes(traits)) continue
      const results: Uint32Array[] = []
      for (const name of ['register 4x4', variant] as const) {
        const c = keep(uploadTensor(gpu, 'check c', new Float32Array(M * N).fill(7)))
        await runOnce(gpu, (r) => matmul(r, { a, b, c, M, N, K, bTransposed, variant: name }))
        results.push(new Uint32Array(await readBuffer(gpu, c.buffer!, 0, M * N * 4)))
      }
      if (ordered && results[0].some((word, i) => word !== results[1][i])) return false
      const want = matmulReference(left, right, { M, N, K, bTransposed })
      const got = new Float32Array(results[1].buffer)
      if (want.some((v, i) => !(Math.abs(v - got[i]) < 1e-4))) return false
    }
    return true
  } catch {
    return false
  } finally {
    for (const { buffer } of buffers) gpu.free(buffer!)
  }
}

/**
 * Times three to five variants for each class of product and chooses; every one of them is compared with its twin
 * first. Meant to take under three seconds on a GPU: what is far behind is dropped after one run, and behind the budget
 * nothing more is timed, so that what is left keeps the defaults.
 */
export async function searchTuning(
  gpu: Gpu,
  o: { key: string; budgetMs?: number; now?: () => number },
): Promise<TuningReport> {
  const now = o.now ?? (() => performance.now())
  const started = now()
  const budget = o.budgetMs ?? (gpu.isSoftware ? Infinity : 3000)
  const names = candidatesFor(gpu)
  const refused: (MatmulVariantName | Nf4VariantName)[] = []
  for (const name of names) {
    if (name !== 'register 4x4' && !(await verifyMatmul(gpu, name))) refused.push(name)
  }
  const classes: TunedClass[] = []
  const isOver = () => now() - started > budget
  for (const [name, shape] of Object.entries(gpu.isSoftware ? SMALL_SHAPES : SHAPES) as [
    MatmulClass,
    (typeof SHAPES)[MatmulClass],
  ][]) {
    if (isOver()) break
    classes.push(await searchClass(gpu, name, shape, names, refused, isOver))
  }
  const best = Math.max(...classes.filter(({ name }) => name !== 'attention').map(({ gflops }) => gflops), 0)
  // A software adapter compiles such a tile for up to a minute and runs it slowly.
  if (!gpu.isSoftware) classes.push(...(await searchNf4Classes(gpu, classes, refused, isOver)))
  return {
    key: o.key,
    adapter: gpu.info.description || `${gpu.info.vendor} ${gpu.info.architecture}`.trim(),
    software: gpu.isSoftware,
    milliseconds: Math.round(now() - started),
    classes,
    refused,
    // A processor shares itself out; its submits stay as they are.
    flopsPerSubmit:
      best > 0 && !gpu.isSoftware ? Math.round(best * 1e9 * SUBMIT_SECONDS) : gpu.kernels.tuning.flopsPerSubmit,
  }
}

/** Adds to `refused` what differs from its twin. */
async function searchNf4Classes(
  gpu: Gpu,
  products: TunedClass[],
  refused: (MatmulVariantName | Nf4VariantName)[],
  isOver: () => boolean,
): Promise<TunedClass[]> {
  const classes: TunedClass[] = []
  const verified = new Set<WorkgroupTile>()
  for (const way of ['forward', 'backward'] as const) {
    const found = products.find(({ name }) => name === way)
    if (!found || isOver()) break
    const tiles = nf4TilesFor(found)
    if (tiles.length === 0) continue
    for (const tile of tiles) {
      if (!verified.has(tile) && !(await verifyNf4(gpu, tile))) refused.push(nf4VariantName(tile))
      verified.add(tile)
    }
    classes.push(await searchNf4(gpu, way, SHAPES[way], { found, tiles, refused, isOver }))
  }
  return classes
}

async function searchClass(
  gpu: Gpu,
  name: MatmulClass,
  { M, N, K, Z, bTransposed }: (typeof SHAPES)[MatmulClass],
  names: MatmulVariantName[],
  refused: readonly string[],
  isOver: () => boolean,
): Promise<TunedClass> {
  const fill = (n: number): Tensor => uploadTensor(gpu, 'tuner', new Float32Array(n).fill(0.01))
  const [a, b, c] = [fill(Z * M * K), fill(Z * N * K), fill(Z * M * N)]
  const strides = (n: number): [number, number] => [0, n]
  const batch = { outer: 1, inner: Z, a: strides(M * K), b: strides(N * K), c: strides(M * N) }
  const flops = 2 * M * N * K * Z
  const candidates: TunedCandidate[] = []
  let best = Infinity
  try {
    for (const variant of names) {
      if (refused.includes(variant)) {
        candidates.push({ variant, gflops: 0, note: 'differs' })
        continue
      }
      if (best < Infinity && isOver()) break
      const ms = await timeProduct(gpu, best, (r) =>
        matmul(r, { a, b, c, M, N, K, bTransposed, batch: Z > 1 ? batch : undefined, variant }),
      )
      if (ms === null) {
        candidates.push({ variant, gflops: 0, note: 'failed' })
        continue
      }
      best = Math.min(best, ms)
      candidates.push({ variant, gflops: flops / ms / 1e6, note: ms > best * HOPELESS ? 'slow' : null })
    }
  } finally {
    for (const { buffer } of [a, b, c]) gpu.free(buffer!)
  }
  candidates.sort((x, y) => y.gflops - x.gflops)
  return { name, shape: [M, N, K, Z], candidates, chosen: candidates[0].variant, gflops: candidates[0].gflops }
}

/** What a report changes in the device's table. */
export function tuningOf(report: TuningReport): Partial<Tuning> {
  const matmulBy: Partial<Record<MatmulClass, MatmulVariantName[]>> = {}
  const nf4InTile: { forward?: WorkgroupTile; backward?: WorkgroupTile } = {}
  for (const { name, candidates, chosen } of report.classes) {
    if (isNf4(name)) {
      if (isNf4(chosen)) nf4InTile[name.slice(4) as 'forward' | 'backward'] = tileOf(chosen)
      continue
    }
    const order = candidates.filter(({ gflops }) => gflops > 0).map(({ variant }) => variant as MatmulVariantName)
    // The kernel for single rows is none of the candidates and stays before them.
    matmulBy[name as MatmulClass] = ['row', ...order.slice(0, 2)]
  }
  return {
    matmulBy,
    // Where time did not suffice to compare, the device's default stays.
    ...(report.classes.some(({ name }) => isNf4(name)) ? { nf4InTile } : {}),
    refused: report.refused as (MatmulVariantName | Nf4VariantName)[],
    flopsPerSubmit: report.flopsPerSubmit,
  }
}

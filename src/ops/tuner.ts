import type { Gpu } from '../gpu/device'
import { readBuffer } from '../gpu/readback'
import type { Recorder } from '../gpu/recorder'
import { uploadTensor, write } from '../gpu/storage'
import type { MatmulClass, MatmulVariantName, Nf4VariantName, Tuning, WorkgroupTile } from '../gpu/tuning'
import type { TunedClass, TuningReport } from '../contracts/tuning'
import { matmul, matmulReference } from './matmul'
import { nf4VariantName } from './matmul-nf4'
import { MATMUL_VARIANTS } from './matmul-variants'
import { nf4TilesFor, searchNf4, verifyNf4 } from './nf4-search'
import { borrowing, race, runOnce } from './run-once'

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

/** Reports are kept, and variants come and go. */
const isKnown = (name: string): name is MatmulVariantName => Object.hasOwn(MATMUL_VARIANTS, name)
const isNf4 = (name: string): name is Nf4VariantName => name.startsWith('nf4 ')
const tileOf = (name: Nf4VariantName): WorkgroupTile => name.slice(4) as WorkgroupTile

interface Check {
  M: number
  N: number
  K: number
  aTransposed: boolean
  bTransposed: boolean
}

/** Products whose sizes fill no tile: what a variant must get right, of those it takes, before it is used. */
const CHECKS: Check[] = [
  { M: 37, N: 76, K: 44, aTransposed: false, bTransposed: true },
  { M: 37, N: 76, K: 44, aTransposed: false, bTransposed: false },
  { M: 36, N: 76, K: 46, aTransposed: true, bTransposed: false },
]
/** For the variant of single rows, which adds in an order of its own. */
const ROW_CHECK: Check = { M: 1, N: 77, K: 132, aTransposed: false, bTransposed: true }

/**
 * Whether a variant gives, bit for bit, what the plain register tile gives, and that what f64 gives; false, too, where
 * it does not compile.
 */
export async function verifyMatmul(gpu: Gpu, variant: MatmulVariantName): Promise<boolean> {
  const ordered = variant !== 'row'
  const values = (n: number, seed: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898 + seed) * 0.5))
  const isRight = async (check: Check): Promise<boolean> => {
    const { M, N, K } = check
    const traits = { ...check, Z: 1, single: true, vectorised: true, causal: null }
    if (!MATMUL_VARIANTS[variant].takes(traits)) return true
    const [left, right] = [values(M * K, 1), values(N * K, 2)]
    const make = () => [left, right, new Float32Array(M * N)].map((data) => uploadTensor(gpu, 'check', data))
    return borrowing(gpu, make, async ([a, b, c]) => {
      const results: Uint32Array[] = []
      for (const name of ['register 4x4', variant] as const) {
        write(gpu, c.buffer!, new Float32Array(M * N).fill(7))
        await runOnce(gpu, (r) => matmul(r, { ...check, a, b, c, variant: name }))
        results.push(new Uint32Array(await readBuffer(gpu, c.buffer!, 0, M * N * 4)))
      }
      if (ordered && results[0].some((word, i) => word !== results[1][i])) return false
      const got = new Float32Array(results[1].buffer)
      return matmulReference(left, right, check).every((v, i) => Math.abs(v - got[i]) < 1e-4)
    })
  }
  try {
    for (const check of ordered ? CHECKS : [ROW_CHECK]) if (!(await isRight(check))) return false
    return true
  } catch {
    return false
  }
}

/**
 * Times three to five variants for each class of product and chooses; every one of them is compared with its twin
 * first, but for those that the device refuses already. Meant to take under three seconds on a GPU: what is far behind
 * is dropped after one run, and behind the budget nothing more is timed, so that what is left keeps the defaults; so
 * does what there is no memory for.
 */
export async function searchTuning(
  gpu: Gpu,
  o: { key: string; budgetMs?: number; now?: () => number },
): Promise<TuningReport> {
  const now = o.now ?? (() => performance.now())
  const started = now()
  const budget = o.budgetMs ?? (gpu.isSoftware ? Infinity : 3000)
  const names = candidatesFor(gpu)
  const refused = [...gpu.kernels.tuning.refused]
  for (const name of names) {
    if (name === 'register 4x4' || refused.includes(name)) continue
    if (!(await verifyMatmul(gpu, name))) refused.push(name)
  }
  const classes: TunedClass[] = []
  const isOver = () => now() - started > budget
  for (const [name, shape] of Object.entries(gpu.isSoftware ? SMALL_SHAPES : SHAPES) as [
    MatmulClass,
    (typeof SHAPES)[MatmulClass],
  ][]) {
    if (isOver()) break
    const found = await searchClass(gpu, name, shape, names, { refused, isOver })
    if (found) classes.push(found)
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
    const tiles = found ? nf4TilesFor(found) : []
    if (!found || tiles.length === 0) continue
    for (const tile of tiles) {
      if (isOver()) return classes
      const name = nf4VariantName(tile)
      if (verified.has(tile) || refused.includes(name)) continue
      verified.add(tile)
      if (!(await verifyNf4(gpu, tile))) refused.push(name)
    }
    if (isOver()) break
    const searched = await searchNf4(gpu, way, SHAPES[way], { found, tiles, refused, isOver })
    if (searched) classes.push(searched)
  }
  return classes
}

/** Null where the device has no memory for it. */
async function searchClass(
  gpu: Gpu,
  name: MatmulClass,
  { M, N, K, Z, bTransposed }: (typeof SHAPES)[MatmulClass],
  names: MatmulVariantName[],
  o: { refused: readonly string[]; isOver: () => boolean },
): Promise<TunedClass | null> {
  const strides = (n: number): [number, number] => [0, n]
  const all = { outer: 1, inner: Z, a: strides(M * K), b: strides(N * K), c: strides(M * N) }
  const batch = Z > 1 ? all : undefined
  const make = () => [M * K, N * K, M * N].map((n) => uploadTensor(gpu, 'tuner', new Float32Array(Z * n).fill(0.01)))
  const raced = await borrowing(gpu, make, ([a, b, c]) => {
    const entries = names.map(
      (variant) => [variant, (r: Recorder) => matmul(r, { a, b, c, M, N, K, bTransposed, batch, variant })] as const,
    )
    return race(gpu, entries, { ...o, flops: 2 * M * N * K * Z })
  }).catch(() => null)
  if (!raced) return null
  const { candidates } = raced
  return { name, shape: [M, N, K, Z], candidates, chosen: candidates[0].variant, gflops: candidates[0].gflops }
}

/** What a report changes in the device's table; what it does not say, or names as nothing here is named, stays. */
export function tuningOf(report: TuningReport, before: Pick<Tuning, 'matmulBy' | 'nf4InTile'>): Partial<Tuning> {
  const matmulBy = { ...before.matmulBy }
  const nf4InTile: { -readonly [way in keyof Tuning['nf4InTile']]: Tuning['nf4InTile'][way] } = { ...before.nf4InTile }
  for (const { name, candidates, chosen } of report.classes) {
    if (isNf4(name)) {
      const way = name.slice(4) as 'forward' | 'backward'
      if (!isNf4(chosen)) nf4InTile[way] = null
      else if (isKnown(tileOf(chosen))) nf4InTile[way] = tileOf(chosen)
      continue
    }
    const known = candidates
      .filter(({ gflops }) => gflops > 0)
      .map(({ variant }) => variant)
      .filter(isKnown)
    // The kernel for single rows is none of the candidates and stays before them.
    if (known.length > 0) matmulBy[name as MatmulClass] = ['row', ...known.slice(0, 2)]
  }
  const refused = report.refused.filter((name): name is MatmulVariantName | Nf4VariantName =>
    isKnown(isNf4(name) ? tileOf(name) : name),
  )
  return { matmulBy, nf4InTile, refused, flopsPerSubmit: report.flopsPerSubmit }
}

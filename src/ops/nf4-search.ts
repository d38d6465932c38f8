import type { TunedClass } from '../contracts/tuning'
import type { Gpu } from '../gpu/device'
import { readBuffer } from '../gpu/readback'
import { uploadTensor } from '../gpu/storage'
import type { Tensor } from '../gpu/tensor'
import type { MatmulVariantName, WorkgroupTile } from '../gpu/tuning'
import { groupBackward, groupForward, groupSlabElements, type ProductChoice } from './adapted'
import { extraColumns, type LinearGroup } from './linear-group'
import { nf4VariantName, SMALL_TILE } from './matmul-nf4'
import { nf4Layout } from './nf4'
import { borrowing, race, runOnce } from './run-once'

type Way = 'forward' | 'backward'

/** A group of NF4 weights with adapters on the device, and everything that its products read and write. */
interface Bench {
  group: LinearGroup
  record: (way: Way, how: ProductChoice) => Parameters<typeof runOnce>[1]
  results: Record<Way, Tensor>
}

interface Sizes {
  /** Of each weight. */
  rows: number[]
  M: number
  K: number
  /** Of the adapters; 0: none. */
  rank: number
  /** Whether the scales of the weights are quantised, too. */
  nested: boolean
}

function benchOf(gpu: Gpu, { rows, M, K, rank, nested }: Sizes): Bench {
  const filled = (label: string, n: number): Tensor =>
    uploadTensor(
      gpu,
      label,
      Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 0.5),
    )
  const N = rows.reduce((sum, n) => sum + n, 0)
  const page = filled('tuner page', Math.max(4, rows.length * rank * K + N * rank))
  const part = (from: number, shape: number[]): Tensor => ({ ...page, offset: from * 4, shape })
  const group: LinearGroup = { weights: [], N: 0, K, parts: [], rank, scale: 0.5 }
  let at = 0
  for (const n of rows) {
    const layout = nf4Layout(n * K, nested)
    const words = Uint32Array.from({ length: layout.words }, (_, i) => Math.imul(i + 1, 2654435761))
    // Scales are numbers, and so is the map of nested ones; the rest are any bits.
    const numbers = nested ? layout.absmaxAt : layout.codeAt
    const map = Float32Array.from({ length: numbers }, (_, i) => ((i % 256) - 128) / 1024)
    words.set(new Uint32Array(map.buffer))
    const weight = uploadTensor(gpu, 'tuner weight', words)
    group.weights.push({ kind: 'nf4', N: n, K, buffer: weight.buffer!, layout, nestedOffset: 0.25 })
    const [A, B] = [part(at, [rank, K]), part(at + rank * K, [n, rank])]
    if (rank > 0) group.parts.push({ from: group.N, to: group.N + n, A, B, site: 0 })
    group.N += n
    at += rank * (K + n)
  }
  const extra = extraColumns(group)
  const [x, dy] = [filled('tuner x', M * (K + extra)), filled('tuner dy', M * (N + extra))]
  const results = { forward: filled('tuner y', M * N), backward: filled('tuner dx', M * K) }
  const slab = filled('tuner slab', groupSlabElements(group, { ...gpu.kernels.tuning, nf4InTile: {} }))
  const common = { group, M, slab, dropout: null }
  return {
    group,
    results,
    record: (way, how) => (r) =>
      way === 'forward'
        ? groupForward(r, { ...common, x, low: null, y: results.forward, bias: null, how })
        : groupBackward(r, { ...common, dy, pitch: N + extra, dx: results.backward, how }),
  }
}

/** Groups whose sizes fill no tile: bare, with rows that begin within a block, and with all there can be. */
const CHECKS: Sizes[] = [
  { rows: [28], M: 37, K: 56, rank: 0, nested: false },
  { rows: [44, 12, 20], M: 37, K: 128, rank: 4, nested: true },
]

/**
 * Whether products that decode their weights in a tile, and in the small one that stands in for it, give bit for bit
 * what the plain register tile gives from the slab; false, too, where they do not compile.
 */
export async function verifyNf4(gpu: Gpu, tile: WorkgroupTile): Promise<boolean> {
  try {
    for (const sizes of CHECKS) {
      if (
        !(await borrowing(
          gpu,
          () => benchOf(gpu, sizes),
          (bench) => equalsTwin(gpu, bench, tile),
        ))
      )
        return false
    }
    return true
  } catch {
    return false
  }
}

async function equalsTwin(gpu: Gpu, bench: Bench, tile: WorkgroupTile): Promise<boolean> {
  for (const way of ['forward', 'backward'] as const) {
    const bits = async (how: ProductChoice): Promise<Uint32Array> => {
      await runOnce(gpu, bench.record(way, how))
      const { buffer, shape } = bench.results[way]
      return new Uint32Array(await readBuffer(gpu, buffer!, 0, shape[0] * 4))
    }
    const want = await bits({ tile: null, variant: 'register 4x4' })
    for (const own of new Set([tile, SMALL_TILE])) {
      const got = await bits({ tile: own })
      if (want.some((word, i) => word !== got[i])) return false
    }
  }
  return true
}

/** The tiles to try: the two best in a search among the plain products; none where the device keeps no tiles. */
export function nf4TilesFor({ candidates }: TunedClass): WorkgroupTile[] {
  return candidates
    .filter(({ variant, gflops }) => gflops > 0 && variant.startsWith('workgroup'))
    .slice(0, 2)
    .map(({ variant }) => variant as WorkgroupTile)
}

/**
 * Times a group's product from the slab, unpacking included, against those that decode the weights in their tiles; null
 * where time, or memory, did not suffice to compare any.
 */
export async function searchNf4(
  gpu: Gpu,
  way: Way,
  { M, N, K }: { M: number; N: number; K: number },
  o: { found: TunedClass; tiles: WorkgroupTile[]; refused: readonly string[]; isOver: () => boolean },
): Promise<TunedClass | null> {
  const choices: [string, ProductChoice][] = [
    ['unpacked first', { tile: null, variant: o.found.chosen as MatmulVariantName }],
    ...o.tiles.map((tile): [string, ProductChoice] => [nf4VariantName(tile), { tile }]),
  ]
  // N and K are the product's; backward its columns are the weights'.
  const sizes = { rows: [way === 'forward' ? N : K], M, K: way === 'forward' ? K : N, rank: 16, nested: true }
  const raced = await borrowing(
    gpu,
    () => benchOf(gpu, sizes),
    ({ record }) => {
      const entries = choices.map(([variant, how]) => [variant, record(way, how)] as const)
      return race(gpu, entries, { ...o, flops: 2 * M * N * K })
    },
  ).catch(() => null)
  if (!raced) return null
  const { candidates, isCut } = raced
  if (isCut && candidates.filter(({ gflops }) => gflops > 0).length < 2) return null
  const [{ variant: chosen, gflops }] = candidates
  return { name: `nf4 ${way}`, shape: [M, N, K, 1], candidates, chosen, gflops }
}

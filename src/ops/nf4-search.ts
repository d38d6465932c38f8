import type { TunedCandidate, TunedClass } from '../contracts/tuning'
import type { Gpu } from '../gpu/device'
import { readBuffer } from '../gpu/readback'
import { uploadTensor } from '../gpu/storage'
import type { Tensor } from '../gpu/tensor'
import type { MatmulVariantName, WorkgroupTile } from '../gpu/tuning'
import { groupBackward, groupForward, groupSlabElements, type ProductChoice } from './adapted'
import { extraColumns, type LinearGroup } from './linear-group'
import { nf4VariantName, SMALL_TILE } from './matmul-nf4'
import { nf4Layout } from './nf4'
import { HOPELESS, runOnce, timeProduct } from './run-once'

type Way = 'forward' | 'backward'

/** A group of NF4 weights with adapters on the device, and everything that its products read and write. */
interface Bench {
  group: LinearGroup
  record: (way: Way, how: ProductChoice) => Parameters<typeof runOnce>[1]
  results: Record<Way, Tensor>
  free(): void
}

function benchOf(gpu: Gpu, { rows, M, K, rank }: { rows: number[]; M: number; K: number; rank: number }): Bench {
  const buffers: Tensor[] = []
  const filled = (label: string, n: number): Tensor => {
    const tensor = uploadTensor(
      gpu,
      label,
      Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 0.5),
    )
    buffers.push(tensor)
    return tensor
  }
  const N = rows.reduce((sum, n) => sum + n, 0)
  const page = filled('tuner page', rows.length * rank * K + N * rank)
  const part = (from: number, shape: number[]): Tensor => ({ ...page, offset: from * 4, shape })
  const group: LinearGroup = { weights: [], N: 0, K, parts: [], rank, scale: 0.5 }
  let at = 0
  for (const n of rows) {
    const layout = nf4Layout(n * K, true)
    const words = Uint32Array.from({ length: layout.words }, (_, i) => Math.imul(i + 1, 2654435761))
    // The map and the nested scales are numbers, the rest any bits.
    const map = Float32Array.from({ length: layout.absmaxAt }, (_, i) => ((i % 256) - 128) / 1024)
    words.set(new Uint32Array(map.buffer))
    const weight = uploadTensor(gpu, 'tuner weight', words)
    buffers.push(weight)
    group.weights.push({ kind: 'nf4', N: n, K, buffer: weight.buffer!, layout, nestedOffset: 0.25 })
    const [A, B] = [part(at, [rank, K]), part(at + rank * K, [n, rank])]
    group.parts.push({ from: group.N, to: group.N + n, A, B, site: 0 })
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
    free: () => {
      for (const { buffer } of buffers) gpu.free(buffer!)
    },
  }
}

/** A group whose sizes fill no tile. */
const CHECK = { rows: [44, 12, 20], M: 37, K: 128, rank: 4 }

/**
 * Whether products that decode their weights in a tile, and in the small one that stands in for it, give bit for bit
 * what the plain register tile gives from the slab; false, too, where they do not compile.
 */
export async function verifyNf4(gpu: Gpu, tile: WorkgroupTile): Promise<boolean> {
  const bench = benchOf(gpu, CHECK)
  try {
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
  } catch {
    return false
  } finally {
    bench.free()
  }
}

/** The tiles to try: the two best in a search among the plain products; none where the device keeps no tiles. */
export function nf4TilesFor({ candidates }: TunedClass): WorkgroupTile[] {
  return candidates
    .filter(({ variant, gflops }) => gflops > 0 && variant.startsWith('workgroup'))
    .slice(0, 2)
    .map(({ variant }) => variant as WorkgroupTile)
}

/** Times a group's product from the slab, unpacking included, against those that decode the weights in their tiles. */
export async function searchNf4(
  gpu: Gpu,
  way: Way,
  { M, N, K }: { M: number; N: number; K: number },
  o: { found: TunedClass; tiles: WorkgroupTile[]; refused: readonly string[]; isOver: () => boolean },
): Promise<TunedClass> {
  // N and K are the product's; backward its columns are the weights'.
  const bench = benchOf(gpu, { rows: [way === 'forward' ? N : K], M, K: way === 'forward' ? K : N, rank: 16 })
  const candidates: TunedCandidate[] = []
  let best = Infinity
  try {
    const choices: [string, ProductChoice][] = [
      ['unpacked first', { tile: null, variant: o.found.chosen as MatmulVariantName }],
      ...o.tiles.map((tile): [string, ProductChoice] => [nf4VariantName(tile), { tile }]),
    ]
    for (const [variant, how] of choices) {
      if (o.refused.includes(variant)) {
        candidates.push({ variant, gflops: 0, note: 'differs' })
        continue
      }
      if (best < Infinity && o.isOver()) break
      const ms = await timeProduct(gpu, best, bench.record(way, how))
      if (ms === null) {
        candidates.push({ variant, gflops: 0, note: 'failed' })
        continue
      }
      best = Math.min(best, ms)
      candidates.push({ variant, gflops: (2 * M * N * K) / ms / 1e6, note: ms > best * HOPELESS ? 'slow' : null })
    }
  } finally {
    bench.free()
  }
  candidates.sort((x, y) => y.gflops - x.gflops)
  const [{ variant: chosen, gflops }] = candidates
  return { name: `nf4 ${way}`, shape: [M, N, K, 1], candidates, chosen, gflops }
}

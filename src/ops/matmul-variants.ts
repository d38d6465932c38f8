import lanesWgsl from '../../shaders/matmul-lanes.wgsl?raw'
import registerWgsl from '../../shaders/matmul.wgsl?raw'
import rowWgsl from '../../shaders/matmul-row.wgsl?raw'
import sharedWgsl from '../../shaders/matmul-shared.wgsl?raw'
import workgroupWgsl from '../../shaders/matmul-workgroup.wgsl?raw'
import type { KernelSource } from '../gpu/kernel'
import type { MatmulVariantName } from '../gpu/tuning'
import type { Defines } from '../gpu/wgsl-template'

/** What of a product a variant asks before it takes it. */
export interface ProductTraits {
  M: number
  N: number
  K: number
  /** Products of the batch. */
  Z: number
  aTransposed: boolean
  bTransposed: boolean
  /** One slice, and C not scaled by rows. */
  single: boolean
  /** All operands move as vec4. */
  vectorised: boolean
  causal: 'skip-right' | 'reduce-to-row' | 'reduce-from-row' | null
}

/** One kernel of the family at one tile. */
export interface MatmulVariant {
  source: KernelSource
  /** Over those that the product itself asks for. */
  defines: Defines
  /** Rows and columns of C that a workgroup computes. */
  rows: number
  columns: number
  takes(product: ProductTraits): boolean
}

const kernel = (name: string, wgsl: string): KernelSource => ({ name, wgsl: sharedWgsl + wgsl })
const registerSource = kernel('matmul', registerWgsl)
const rowSource = kernel('matmul_row', rowWgsl)
const lanesSource = kernel('matmul_lanes', lanesWgsl)
const workgroupSource = kernel('matmul_workgroup', workgroupWgsl)

/** A register tile of rows x columns an invocation, in workgroups of 8 x 8: every layout, every size. */
function register(rows: number, columns: number): MatmulVariant {
  return {
    source: registerSource,
    // 64 sums are for processors, which keep them in their cache.
    defines: { TM: rows, TN: columns, WX: 8, WY: 8, KFIRST: rows * columns === 64 },
    rows: rows * 8,
    columns: columns * 8,
    // A transposed is read in vectors of four rows.
    takes: ({ aTransposed }) => !aTransposed || rows % 4 === 0,
  }
}

const plain = ({ aTransposed, vectorised, causal }: ProductTraits): boolean =>
  !aTransposed && vectorised && causal !== 'reduce-from-row'

/**
 * `lanes` invocations along N share `rows` rows of A, `share` of them handing rows round (0: each reads all; 4: they
 * swap them).
 */
function lanes(rows: number, columns: 2 | 4 | 8, o: { lanes: number; share: 0 | 4 | 8 }): MatmulVariant {
  return {
    source: lanesSource,
    defines: { TM: rows, TN: columns, LANES: o.lanes, SHARE: o.share, TURN: o.share === 4, SUBGROUPS: o.share > 0 },
    rows,
    columns: columns * o.lanes,
    takes: (product) =>
      // Of four lanes (SwiftShader) nothing was gained that could be told from noise.
      product.aTransposed ? o.lanes === 8 && !product.bTransposed && product.vectorised : plain(product),
  }
}

/** Tiles of `wide` columns and `high` rows of invocations in workgroup memory, `depth` k at a time. */
function workgroup(rows: number, columns: number, o: { wide: number; high: number; depth: number }): MatmulVariant {
  return {
    source: workgroupSource,
    defines: { TM: rows, TN: columns, WX: o.wide, WY: o.high, BK: o.depth },
    rows: rows * o.high,
    columns: columns * o.wide,
    takes: plain,
  }
}

/** One row of A: eight neighbours a column, which is long enough to keep them busy. Adds in an order of its own. */
const row: MatmulVariant = {
  source: rowSource,
  defines: { LANES: 8, ROWS: 8, CV: 0 },
  rows: 1,
  columns: 8,
  takes: ({ M, K, bTransposed, single, aTransposed, vectorised, causal }) =>
    M === 1 && K >= 128 && bTransposed && single && !aTransposed && vectorised && !causal,
}

/** Every variant by its name; which of them a device tries, and in which order, stands in `Tuning.matmul`. */
export const MATMUL_VARIANTS: Record<MatmulVariantName, MatmulVariant> = {
  'register 1x4': register(1, 4),
  'register 2x4': register(2, 4),
  'register 4x4': register(4, 4),
  'register 8x4': register(8, 4),
  'register 8x8': register(8, 8),
  row,
  'uniform 16x4': lanes(16, 4, { lanes: 64, share: 0 }),
  'subgroup 8x4': lanes(8, 4, { lanes: 64, share: 8 }),
  'subgroup 16x2': lanes(16, 2, { lanes: 64, share: 8 }),
  'subgroup 8x2': lanes(8, 2, { lanes: 64, share: 8 }),
  'subgroup 16x4 of 4': lanes(16, 4, { lanes: 4, share: 4 }),
  'subgroup 32x4 of 8': lanes(32, 4, { lanes: 8, share: 8 }),
  'workgroup 4x4': workgroup(4, 4, { wide: 16, high: 16, depth: 16 }),
  // Tiles of 32 x 32: four times as many workgroups, for products that would leave cores idle.
  'workgroup 4x4 of 8': workgroup(4, 4, { wide: 8, high: 8, depth: 16 }),
  'workgroup 8x4': workgroup(8, 4, { wide: 16, high: 8, depth: 16 }),
  'workgroup 8x8': workgroup(8, 8, { wide: 8, high: 16, depth: 8 }),
}

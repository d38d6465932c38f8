import type { Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'
import type { MatmulClass, MatmulVariantName, Tuning } from '../gpu/tuning'
import { MATMUL_VARIANTS, type ProductTraits } from './matmul-variants'

/** How a batch of matrices steps through its buffers, in elements. */
interface MatmulBatch {
  outer: number
  inner: number
  /** Strides of A, B, C for the outer and the inner index. */
  a: [number, number]
  b: [number, number]
  c: [number, number]
  /** B's inner stride advances once every `bGroup` inner steps (grouped-query attention). */
  bGroup?: number
}

export interface Matmul {
  a: Tensor
  b: Tensor
  c: Tensor
  M: number
  N: number
  K: number
  /** A is stored [K, M]. */
  aTransposed?: boolean
  /** B is stored [N, K]. */
  bTransposed?: boolean
  /** Row strides and starts in elements; by default dense from 0. */
  lda?: number
  ldb?: number
  ldc?: number
  aOffset?: number
  bOffset?: number
  cOffset?: number
  alpha?: number
  /** [N] f32, added once. */
  bias?: Tensor
  /** Add to C instead of overwriting. */
  accumulate?: boolean
  /** [M] f32: C is first multiplied by it row by row, then added to. */
  rowScale?: Tensor
  batch?: MatmulBatch
  /** Sum over slices of A and B: count and element strides. */
  slices?: { count: number; a: number; b: number }
  /** Absent: the device's choice. */
  variant?: MatmulVariantName
  /** Causal attention: which part of the product the diagonal makes unnecessary. `first` = position of A's row 0. */
  causal?: { kind: 'skip-right' | 'reduce-to-row' | 'reduce-from-row'; first: number }
}

/** C = alpha op(A) op(B) (+ bias) (+ C). Shapes as in shaders/matmul-shared.wgsl. */
export function matmul(r: Recorder, o: Matmul): void {
  const { M, N, K } = o
  const { lda, ldb, ldc } = rowsOf(o)
  const { batch = SINGLE, slices = ONE_SLICE } = o
  const four = (...sizes: number[]): 0 | 1 => (sizes.every((size) => size % 4 === 0) ? 1 : 0)
  const av = four(o.aTransposed ? M : K, lda, o.aOffset ?? 0, ...batch.a, slices.a)
  const bv = four(o.bTransposed ? K : N, ldb, o.bOffset ?? 0, ...batch.b, slices.b)
  const cv = four(N, ldc, o.cOffset ?? 0, ...batch.c)
  const Z = batch.outer * batch.inner
  const name = o.variant ?? chooseMatmul(traitsOf(o, av + bv + cv === 3, Z), r.tuning)
  const variant = MATMUL_VARIANTS[name]
  const wide = Math.min(4, Number(variant.defines.TN ?? 4))
  r.dispatch({
    source: variant.source,
    defines: {
      ...(variant.defines.BK ? { UNROLL: r.tuning.unrolls ? variant.defines.BK : 1 } : {}),
      A_TRANS: o.aTransposed ?? false,
      B_TRANS: o.bTransposed ?? false,
      // Lanes read a transposed A by elements.
      AV: o.aTransposed && variant.defines.LANES ? 0 : av,
      BV: bv,
      CV: cv,
      WIDE: wide,
      BW: bv === 0 ? 1 : o.bTransposed ? 4 : wide,
      BIAS: o.bias !== undefined,
      ACC: o.rowScale ? 2 : o.accumulate ? 1 : 0,
      CAUSAL: o.causal ? { 'skip-right': 1, 'reduce-to-row': 2, 'reduce-from-row': 3 }[o.causal.kind] : 0,
      ...variant.defines,
    },
    tensors: {
      a: o.a,
      b: o.b,
      c: o.c,
      ...(o.bias ? { bias: o.bias } : {}),
      ...(o.rowScale ? { row_scale: o.rowScale } : {}),
    },
    params: productParams(o),
    workgroups: [Math.ceil(N / variant.columns), Math.ceil(M / variant.rows), Z],
    flops: 2 * M * N * K * Z * slices.count,
    // Small register tiles are what the others are compared with; who names one answers for its numbers.
    variant: o.variant || isTwin(name) ? undefined : name,
  })
}

/** What every kernel of the family is told of a product (shaders/matmul-shared.wgsl). */
export function productParams(o: Omit<Matmul, 'a' | 'b' | 'c'>): Record<string, number> {
  const { M, N, K, batch = SINGLE, slices = ONE_SLICE } = o
  return {
    M,
    N,
    K,
    ...rowsOf(o),
    a_off: o.aOffset ?? 0,
    b_off: o.bOffset ?? 0,
    c_off: o.cOffset ?? 0,
    z_inner: batch.inner,
    a_outer: batch.a[0],
    a_inner: batch.a[1],
    b_outer: batch.b[0],
    b_inner: batch.b[1],
    b_group: batch.bGroup ?? 1,
    c_outer: batch.c[0],
    c_inner: batch.c[1],
    k_outer: slices.count,
    a_slice: slices.a,
    b_slice: slices.b,
    diagonal: o.causal?.first ?? 0,
    alpha: o.alpha ?? 1,
  }
}

const SINGLE: MatmulBatch = { outer: 1, inner: 1, a: [0, 0], b: [0, 0], c: [0, 0] }
const ONE_SLICE = { count: 1, a: 0, b: 0 }

/** Elements from row to row of each operand. */
function rowsOf(o: Omit<Matmul, 'a' | 'b' | 'c'>): { lda: number; ldb: number; ldc: number } {
  const { M, N, K } = o
  return {
    lda: o.lda ?? (o.aTransposed ? M : K),
    ldb: o.ldb ?? (o.bTransposed ? K : N),
    ldc: o.ldc ?? N,
  }
}

function traitsOf(o: Matmul, vectorised: boolean, Z: number): ProductTraits {
  return {
    M: o.M,
    N: o.N,
    K: o.K,
    Z,
    aTransposed: o.aTransposed ?? false,
    bTransposed: o.bTransposed ?? false,
    single: !o.rowScale && (o.slices?.count ?? 1) === 1,
    vectorised,
    causal: o.causal?.kind ?? null,
  }
}

/**
 * The first variant of the device's list that takes the product and finds enough in it: a workgroup for every core
 * several times over, and few rows wasted. Else a register tile by size: large where there is work for every core,
 * small where the output alone would leave the device idle; the scalar paths stay small, since their unrolled loads are
 * many.
 */
function chooseMatmul(product: ProductTraits, tuning: Tuning): MatmulVariantName {
  const { M, N, K, Z, aTransposed, vectorised } = product
  const flops = 2 * M * N * K * Z
  const listed = tuning.matmulBy[classOf(product)] ?? tuning.matmul
  for (const name of listed) {
    if (tuning.refused.includes(name)) continue
    if (MATMUL_VARIANTS[name].takes(product) && fillsTiles(name, product, tuning) && flops >= tuning.matmulFlops)
      return name
  }
  if (!aTransposed && M < 4) return M === 1 ? 'register 1x4' : 'register 2x4'
  const [rows, columns] = tuning.refused.includes(largestTile(tuning)) ? [4, 4] : tuning.matmulTile
  if (M < rows || !vectorised) return 'register 4x4'
  if (N < columns) return rows === 8 && !tuning.refused.includes('register 8x4') ? 'register 8x4' : 'register 4x4'
  const outputs = M * N * Z
  if (outputs >= tuning.matmulTileFrom) return `register ${rows}x${columns}` as MatmulVariantName
  return outputs < tuning.matmulTileFrom / 4 && !aTransposed ? 'register 2x4' : 'register 4x4'
}

/** Whether a product keeps every core busy with tiles of a variant, most of whose rows and columns are its own. */
export function fillsTiles(
  name: MatmulVariantName,
  { M, N, Z }: Pick<ProductTraits, 'M' | 'N' | 'Z'>,
  tuning: Tuning,
): boolean {
  const { rows, columns } = MATMUL_VARIANTS[name]
  const tiles = Math.ceil(M / rows) * Math.ceil(N / columns)
  return 1 - (M * N) / (tiles * rows * columns) <= 0.3 && tiles * Z >= tuning.matmulWorkgroups
}

const largestTile = ({ matmulTile: [rows, columns] }: Tuning): MatmulVariantName =>
  `register ${rows}x${columns}` as MatmulVariantName

/** What every device starts from, and what other variants must equal bit for bit. */
const isTwin = (name: MatmulVariantName): boolean => /^register [124]x4$/.test(name)

function classOf({ Z, bTransposed }: ProductTraits): MatmulClass {
  if (Z > 1) return 'attention'
  return bTransposed ? 'forward' : 'backward'
}

/** The plain twin for dense, unbatched products: f64 sums over the same operands. */
export function matmulReference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  o: { M: number; N: number; K: number; aTransposed?: boolean; bTransposed?: boolean },
): Float64Array {
  const { M, N, K } = o
  const c = new Float64Array(M * N)
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0
      for (let k = 0; k < K; k++)
        sum += a[o.aTransposed ? k * M + m : m * K + k] * b[o.bTransposed ? n * K + k : k * N + n]
      c[m * N + n] = sum
    }
  }
  return c
}

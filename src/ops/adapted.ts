import gradientsWgsl from '../../shaders/adapted-gradients.wgsl?raw'
import rowsWgsl from '../../shaders/adapted-rows.wgsl?raw'
import sharedWgsl from '../../shaders/adapted-shared.wgsl?raw'
import weightsWgsl from '../../shaders/adapted-weights.wgsl?raw'
import valuesWgsl from '../../shaders/nf4-values.wgsl?raw'
import { grid, type Recorder } from '../gpu/recorder'
import type { Tensor } from '../gpu/tensor'
import type { MatmulVariantName, Tuning, WorkgroupTile } from '../gpu/tuning'
import { DROPOUT_WGSL, dropoutParams, type Dropout } from './dropout'
import { part } from './linear'
import {
  extraColumns,
  kindOf,
  pageOf,
  partParams,
  placedWeights,
  siteParams,
  weightParams,
  type AdaptedPart,
  type LinearGroup,
  type PlacedWeight,
} from './linear-group'
import { matmul } from './matmul'
import { nf4Product, nf4Tile } from './matmul-nf4'
import { weightTensor } from './nf4'

const rowsSource = { name: 'adapted_rows', wgsl: valuesWgsl + sharedWgsl + weightsWgsl + rowsWgsl }
const rowsDropping = { name: 'adapted_rows', wgsl: DROPOUT_WGSL + rowsSource.wgsl }
const gradientsSource = { name: 'adapted_gradients', wgsl: sharedWgsl + gradientsWgsl }
const gradientsDropping = { name: 'adapted_gradients', wgsl: DROPOUT_WGSL + gradientsSource.wgsl }
const branchSource = { name: 'adapted_branch', wgsl: DROPOUT_WGSL + gradientsSource.wgsl }

/** Rows of the matrix in one slab of at most `limit` elements: all, or a multiple of 64, and 64 at least. */
function slabRows({ N }: LinearGroup, pitch: number, beside: number, limit: number): number {
  return (N + beside) * pitch <= limit ? N : Math.max(64, Math.floor((limit / pitch - beside) / 64) * 64)
}

/** Elements of the slab that a group's products need, forward and backward; 0 where both decode in their tiles. */
export function groupSlabElements(group: LinearGroup, tuning: Tuning): number {
  const extra = extraColumns(group)
  const limit = tuning.slabElements
  const forward = slabRows(group, group.K + extra, 0, limit) * (group.K + extra)
  const backward = (slabRows(group, group.K, extra, limit) + extra) * group.K
  return Math.max(nf4Tile(group, tuning, 'forward') ? 0 : forward, nf4Tile(group, tuning, 'backward') ? 0 : backward)
}

/** What makes the rows of a left side before the adapters read them. */
export type RowSource =
  /** x = silu(gate) up of gate and up side by side, rows `pitch` apart. */
  | { kind: 'swiglu'; gateUp: Tensor; pitch: number }
  /**
   * The gradients of gate and up, of that of the activation: dact [M, F], which becomes the activation itself. They
   * take the place of gate and up, or with `kept` stand apart from them.
   */
  | { kind: 'swiglu_back'; dact: Tensor; kept: { gateUp: Tensor; pitch: number } | null }
  /** Gradients of turned heads, the first `heads` of D columns each, turned back in place. */
  | { kind: 'rope_back'; positions: Tensor; table: Tensor; heads: number; D: number }

/** How a product gets at the weights, for one who compares; absent: the device's choice. */
export interface ProductChoice {
  /** The very tile in which it decodes them; null: from the slab, by the variant. */
  tile: WorkgroupTile | null
  variant?: MatmulVariantName
}

const chosenTile = (r: Recorder, group: LinearGroup, way: 'forward' | 'backward', how?: ProductChoice) =>
  how ? how.tile : nf4Tile(group, r.tuning, way)

interface Rows {
  group: LinearGroup
  /** Left side: rows of `pitch` elements. */
  x: Tensor
  pitch: number
  M: number
  backward: boolean
  source: RowSource | null
  low: Tensor | null
  dropout: Dropout | null
  slab: Tensor
  /** Rows of the matrix to unpack into the slab, whose rows are `pitch` apart; null: none. */
  unpack: { first: number; count: number; pitch: number; tail: boolean } | null
}

/**
 * y [M, N] = x W^T + bias + scale drop(x) A^T B^T. x [M, K + extra] has room for the low products, which also go to
 * `low` [M, extra] where the backward pass will want them. y null: the low products alone. Rows of y are `yPitch` apart.
 */
export function groupForward(
  r: Recorder,
  o: {
    group: LinearGroup
    x: Tensor
    low: Tensor | null
    y: Tensor | null
    yPitch?: number
    bias: Tensor | null
    M: number
    slab: Tensor
    source?: RowSource
    dropout: Dropout | null
    how?: ProductChoice
  },
): void {
  const { group, M, slab } = o
  const K = group.K + extraColumns(group)
  const rows = { group, x: o.x, pitch: K, M, backward: false, low: o.low, dropout: o.dropout, slab }
  const tile = o.y && chosenTile(r, group, 'forward', o.how)
  if (!o.y || tile) {
    if (group.parts.length > 0 || (o.y && o.source)) adaptedRows(r, { ...rows, source: o.source ?? null, unpack: null })
    if (!o.y || !tile) return
    const shape = { group, M, tile, exact: !!o.how, adapter: true, aPitch: K, cPitch: o.yPitch ?? group.N }
    nf4Product(r, { ...shape, way: 'forward', a: o.x, c: o.y, bias: o.bias })
    return
  }
  const step = slabRows(group, K, 0, r.tuning.slabElements)
  for (let first = 0; first < group.N; first += step) {
    const count = Math.min(step, group.N - first)
    const source = first === 0 ? (o.source ?? null) : null
    adaptedRows(r, { ...rows, source, unpack: { first, count, pitch: K, tail: false } })
    matmul(r, {
      a: o.x,
      b: slab,
      c: o.y,
      M,
      N: count,
      K,
      bTransposed: true,
      ldc: o.yPitch ?? group.N,
      cOffset: first,
      bias: o.bias ? part(o.bias, first, count) : undefined,
      variant: o.how?.variant,
    })
  }
}

/**
 * dx [M, K] = dy W + drop(scale dy B A). dy has rows of `pitch` elements, N of them gradients, and behind them room for
 * the low products that `groupGradients` will read. dx null: those alone.
 */
export function groupBackward(
  r: Recorder,
  o: {
    group: LinearGroup
    dy: Tensor
    pitch: number
    dx: Tensor | null
    M: number
    slab: Tensor
    source?: RowSource
    dropout: Dropout | null
    how?: ProductChoice
  },
): void {
  const { group, M, slab } = o
  const { K, N } = group
  const extra = extraColumns(group)
  const rows = { group, x: o.dy, pitch: o.pitch, M, backward: true, low: null, dropout: null, slab }
  if (!o.dx) {
    if (group.parts.length > 0 || o.source) adaptedRows(r, { ...rows, source: o.source ?? null, unpack: null })
    return
  }
  // Dropped branches go through their masks one by one, which one product cannot.
  const beside = o.dropout ? 0 : extra
  const branch = o.dropout && group.parts.length > 0 ? { ...o, dx: o.dx, dropout: o.dropout } : null
  const tile = chosenTile(r, group, 'backward', o.how)
  if (tile) {
    if (group.parts.length > 0 || o.source) adaptedRows(r, { ...rows, source: o.source ?? null, unpack: null })
    const shape = { group, M, tile, exact: !!o.how, adapter: beside > 0, aPitch: o.pitch, cPitch: K }
    nf4Product(r, { ...shape, way: 'backward', a: o.dy, c: o.dx, bias: null })
    if (branch) adaptedBranch(r, branch)
    return
  }
  const step = slabRows(group, K, extra, r.tuning.slabElements)
  for (let first = 0; first < N; first += step) {
    const count = Math.min(step, N - first)
    const tail = beside > 0 && first + count === N
    const source = first === 0 ? (o.source ?? null) : null
    adaptedRows(r, { ...rows, source, unpack: { first, count, pitch: K, tail } })
    matmul(r, {
      a: o.dy,
      b: slab,
      c: o.dx,
      M,
      N: K,
      K: count + (tail ? beside : 0),
      lda: o.pitch,
      aOffset: first,
      accumulate: first > 0,
      variant: o.how?.variant,
    })
  }
  if (branch) adaptedBranch(r, branch)
}

/** One dispatch, or one for each run of weights that are stored alike; the rows alone where nothing is unpacked. */
function adaptedRows(r: Recorder, o: Rows): void {
  const { unpack } = o
  if (!unpack) {
    dispatchRows(r, o, [], { first: 0, count: 0, slabRow: 0, pitch: 4, tail: false, rows: true })
    return
  }
  const wanted = placedWeights(o.group).filter(
    ({ start, end }) => start < unpack.first + unpack.count && end > unpack.first,
  )
  let from = 0
  while (from < wanted.length) {
    let to = from + 1
    while (to < wanted.length && kindOf(wanted[to].weight) === kindOf(wanted[from].weight)) to++
    const run = wanted.slice(from, to)
    const first = Math.max(unpack.first, run[0].start)
    const end = Math.min(unpack.first + unpack.count, run[run.length - 1].end)
    dispatchRows(r, o, run, {
      first,
      count: end - first,
      slabRow: first - unpack.first,
      pitch: unpack.pitch,
      tail: unpack.tail && to === wanted.length,
      rows: from === 0 && unpack.first === 0,
    })
    from = to
  }
}

interface Run {
  first: number
  count: number
  /** Row of the slab that `first` goes to. */
  slabRow: number
  pitch: number
  tail: boolean
  /** Whether this dispatch works on the rows, too. */
  rows: boolean
}

function dispatchRows(r: Recorder, o: Rows, weights: PlacedWeight[], run: Run): void {
  const { group, M } = o
  const { parts, rank, K, N } = group
  const { adapterLanes: lanes, adapterSubgroup: inSubgroup, unpackPieces } = r.tuning
  const adapted = parts.length > 0
  const extra = extraColumns(group)
  const source = run.rows ? o.source : null
  const hasRows = run.rows && (adapted || source !== null)
  const gate = source?.kind === 'swiglu' ? source : source?.kind === 'swiglu_back' ? source.kept : null
  const even = (...sizes: number[]): boolean => sizes.every((size) => size % 4 === 0)
  const vectors =
    K % 8 === 0 &&
    even(N, o.pitch, run.pitch, gate?.pitch ?? 0, ...parts.flatMap(({ from, to }) => [from, to])) &&
    (!adapted || even(rank)) &&
    (source?.kind !== 'rope_back' || source.D % 8 === 0) &&
    (source?.kind !== 'swiglu_back' || N % 8 === 0)
  const shares = parts.length * Math.ceil(rank / 8)
  // As many shares at a time as leave nobody idle.
  let atOnce = 1
  while (atOnce * 2 <= Math.min(8, lanes) && adapted && shares % (atOnce * 2) === 0) atOnce *= 2
  const rowGroups = hasRows ? Math.ceil(M / 4) : 0
  const beside = o.backward ? (run.tail ? extra * K : 0) : run.count * extra
  // Where an invocation takes many pieces in turn, it takes whole blocks.
  const kind = weights.length > 0 ? kindOf(weights[0].weight) : 'none'
  const blocks = vectors && K % 64 === 0 && unpackPieces >= 8 && (kind === 'nf4' || kind === 'nested')
  const piece = blocks ? 64 : 8
  const pieces = blocks ? unpackPieces / 8 : unpackPieces
  const units = vectors
    ? run.count * (K / piece) + (adapted ? beside / 4 : 0)
    : Math.ceil((run.count * K) / 8) + (adapted ? beside : 0)
  const element = (dtype: string): string => (vectors ? `vec4<${dtype}>` : dtype)
  const dropping = hasRows && adapted && !o.backward && o.dropout !== null
  r.dispatch({
    source: dropping ? rowsDropping : rowsSource,
    defines: {
      LANES: lanes,
      KS: lanes / atOnce,
      SUBGROUPS: inSubgroup && hasRows && adapted,
      V: vectors,
      WIDE: vectors ? 4 : 1,
      VECTOR: element('f32'),
      X_ELEMENT: element(o.x.dtype),
      GATE_ELEMENT: element(gate?.gateUp.dtype ?? 'f32'),
      TABLE_ELEMENT: vectors ? 'vec4<f32>' : 'vec2<f32>',
      KIND: kind,
      WIDE_OF_A: 'K',
      PIECE: piece,
      W0: weights.length > 0,
      W1: weights.length > 1,
      W2: weights.length > 2,
      ADAPTED: adapted,
      ROWS: hasRows,
      LOW: hasRows && adapted && o.low !== null,
      DROPOUT: dropping,
      BACKWARD: o.backward,
      SOURCE: source?.kind ?? 'none',
      KEPT: source?.kind === 'swiglu_back' && source.kept !== null,
    },
    tensors: {
      ...Object.fromEntries(
        weights.map(({ weight }, i) => [`w${i}`, weight.kind === 'nf4' ? weightTensor(weight) : weight.tensor]),
      ),
      ...(weights.length > 0 ? { slab: o.slab } : {}),
      ...(adapted ? { page: pageOf(parts) } : {}),
      ...(hasRows ? { x: o.x } : {}),
      ...(hasRows && adapted && o.low ? { low: o.low } : {}),
      ...(dropping ? { run: o.dropout!.run } : {}),
      ...(gate ? { gate_up: gate.gateUp } : {}),
      ...(source?.kind === 'swiglu_back' ? { dact: source.dact } : {}),
      ...(source?.kind === 'rope_back' ? { positions: source.positions, table: source.table } : {}),
    },
    params: {
      M,
      N,
      K,
      pitch: o.pitch,
      slab_pitch: run.pitch,
      gate_pitch: gate?.pitch ?? 0,
      row_groups: rowGroups,
      pieces,
      first: run.first,
      count: run.count,
      slab_row: run.slabRow,
      tail: run.tail ? 1 : 0,
      rank,
      parts: parts.length,
      extra,
      passes: adapted ? shares / atOnce : 0,
      scale: group.scale,
      ...dropoutParams(dropping ? o.dropout : null),
      heads: source?.kind === 'rope_back' ? source.heads : 0,
      D: source?.kind === 'rope_back' ? source.D : 0,
      ...partParams(parts),
      ...siteParams(parts),
      ...weightParams(weights),
    },
    workgroups: grid(rowGroups + Math.ceil(units / (lanes * pieces)), 1),
    flops: 4 * run.count * K + (hasRows ? 2 * M * (o.backward ? N : K) * rank * Math.max(1, parts.length) : 0),
  })
}

/** dx += drop(dlow A), part by part. */
function adaptedBranch(
  r: Recorder,
  o: { group: LinearGroup; dy: Tensor; pitch: number; dx: Tensor; M: number; dropout: Dropout },
): void {
  const { parts, rank, K, N } = o.group
  r.dispatch({
    source: branchSource,
    tensors: { dy: o.dy, page: pageOf(parts), run: o.dropout.run, dx: o.dx },
    params: {
      M: o.M,
      N,
      K,
      dy_pitch: o.pitch,
      rank,
      parts: parts.length,
      ...dropoutParams(o.dropout),
      ...partParams(parts),
      ...siteParams(parts),
    },
    workgroups: grid(o.M * Math.ceil(K / 4), 64),
    flops: 2 * o.M * K * rank * parts.length,
  })
}

/**
 * Adds the gradients of every A and B of a group: dB += scale dy^T low, dA += dlow^T drop(x). `into` holds them by
 * part; dy as `groupBackward` left it, x and low as `groupForward` had them, rows of x `xPitch` apart.
 */
export function groupGradients(
  r: Recorder,
  o: {
    group: LinearGroup
    into: { A: Tensor; B: Tensor }[]
    x: Tensor
    xPitch: number
    low: Tensor
    dy: Tensor
    pitch: number
    M: number
    dropout: Dropout | null
  },
): void {
  const { parts, rank, K, N, scale } = o.group
  const { adapterLanes: lanes } = r.tuning
  // Rows are shared out where there are enough invocations to keep busy.
  const split = lanes >= 32 ? 8 : 1
  const extra = extraColumns(o.group)
  const vectors = [K, N, rank, o.xPitch, o.pitch, ...parts.flatMap(({ from, to }) => [from, to])].every(
    (size) => size % 4 === 0,
  )
  const groups = (columns: number): number =>
    Math.ceil((Math.ceil(columns / 4) * Math.ceil(rank / 8)) / (lanes / split))
  let end = 0
  const ends = [0, 1, 2].flatMap((i) => {
    const own = parts[i] as AdaptedPart | undefined
    const bEnd = own ? (end += groups(own.to - own.from)) : end
    const aEnd = own ? (end += groups(K)) : end
    return [
      [`b_end${i}`, bEnd],
      [`a_end${i}`, aEnd],
    ]
  })
  const placed = parts.map((own, i) => ({ ...own, ...o.into[i] }))
  const element = (dtype: string): string => (vectors ? `vec4<${dtype}>` : dtype)
  r.dispatch({
    source: o.dropout ? gradientsDropping : gradientsSource,
    defines: {
      LANES: lanes,
      SPLIT: split,
      V: vectors,
      VECTOR: element('f32'),
      X_ELEMENT: element(o.x.dtype),
      DROPOUT: o.dropout !== null,
    },
    tensors: {
      x: o.x,
      dy: o.dy,
      low: o.low,
      page: pageOf(o.into),
      ...(o.dropout ? { run: o.dropout.run } : {}),
    },
    params: {
      M: o.M,
      N,
      K,
      x_pitch: o.xPitch,
      dy_pitch: o.pitch,
      rank,
      extra,
      scale,
      ...dropoutParams(o.dropout),
      ...partParams(placed),
      ...siteParams(placed),
      ...Object.fromEntries(ends),
    },
    workgroups: grid(end, 1),
    flops: parts.reduce((sum, { from, to }) => sum + 2 * o.M * rank * (K + to - from), 0),
  })
}

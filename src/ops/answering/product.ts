import wgsl from '../../../shaders/answer-product.wgsl?raw'
import { LINES_AT_ONCE } from '../../contracts/answers'
import type { Recorder } from '../../gpu/recorder'
import { bufferTensor, type Tensor } from '../../gpu/tensor'
import type { LinearWeight } from '../linear'
import type { Nf4Weight } from '../nf4'

const source = { name: 'answer_product', wgsl }

/** The A matrices [rank, K] of adapted linears, by their first element in one buffer. */
export interface LowParts {
  /** f32 */
  page: Tensor
  rank: number
  at: readonly number[]
  /** Column of y where x A^T of the first begins; the others follow. */
  first: number
}

interface Rows {
  /** Rows of x [lines, K]; at most `LINES_AT_ONCE` or a multiple of it. */
  lines: number
  x: Tensor
  K: number
  /** y [lines, ldy]; results stand from column `first` on. */
  y: Tensor
  ldy: number
  first: number
}

const NO_SOURCE = {
  ...{ n_1: 0, n_2: 0, groups: 0, code_0: 0, code_1: 0, code_2: 0, absmax_0: 0, absmax_1: 0, absmax_2: 0 },
  ...{ nested_0: 0, nested_1: 0, nested_2: 0, offset_0: 0, offset_1: 0, offset_2: 0, bias_0: 0, bias_1: 0, bias_2: 0 },
  ...{ low_N: 0, low_first: 0, rank: 1, float_0: 0, float_1: 0, float_2: 0 },
}

/** What of the device's table the kernel is compiled for, and the workgroups for so many outputs. */
function shapeOf(r: Recorder, o: Rows, outputs: number[], source: 'nf4' | 'floats') {
  const { gemvLanes, gemvRows, gemvShare, gemvValues } = r.tuning
  const vector = o.K % 8 === 0
  const share = vector ? gemvShare : 0
  const lanes = share > 0 ? 1 : gemvLanes
  // An invocation's rows lie in one weight.
  const R = [gemvRows, 2, 1].find((rows) => rows <= gemvRows && outputs.every((n) => n % rows === 0))!
  const unit = vector && share > 0 ? share / 2 : 1
  const blocks = [4, 2, 1].find((words) => o.K % (8 * words) === 0) ?? 1
  const group = lanes > 1 ? 64 : 8
  const values = { tree: 0, table: 1, shuffle: share === 8 ? 2 : 0 }[gemvValues]
  const ROWS = Math.min(o.lines, LINES_AT_ONCE)
  if (o.lines % ROWS !== 0) throw new Error(`${o.lines} lines are no multiple of ${ROWS}`)
  return {
    R,
    defines: {
      VECTOR: vector,
      LANES: lanes,
      LANED: lanes > 1,
      GROUP: group,
      R,
      ROWS,
      SHARE: share,
      SUBGROUPS: share > 0,
      UNIT: unit,
      SCALE: Math.min(unit, blocks),
      VALUES: source === 'nf4' ? (vector ? values : 0) : 0,
    },
    groups: (n: number) => Math.ceil(n / ((group / lanes) * R)),
    depth: o.lines / ROWS,
  }
}

/** Folds into y where x would pass what a dispatch may have. */
const workgroups = (n: number, depth: number): [number, number, number] => {
  const y = Math.ceil(n / 65535)
  return [Math.ceil(n / y), y, depth]
}

/** Whether they can be multiplied in one dispatch: NF4 in one buffer, and biases too. */
export function sharesBuffer(parts: readonly { weight: LinearWeight; bias: Tensor | null }[]): boolean {
  const [first] = parts
  return (
    parts.length <= 3 &&
    parts.every(
      ({ weight, bias }) =>
        weight.kind === 'nf4' &&
        first.weight.kind === 'nf4' &&
        weight.buffer === first.weight.buffer &&
        weight.layout.nested === first.weight.layout.nested &&
        bias?.buffer === first.bias?.buffer,
    )
  )
}

/**
 * y = x W^T (+ bias) of NF4 weights that `sharesBuffer`, side by side from column `first`; with `low` also x A^T, which
 * adds to the dispatch a few rows.
 */
export function nf4Products(
  r: Recorder,
  o: Rows & { parts: readonly { weight: Nf4Weight; bias: Tensor | null }[]; low: LowParts | null },
): void {
  const { parts, low } = o
  const sizes = parts.map(({ weight }) => weight.N)
  const N = sizes.reduce((a, b) => a + b, 0)
  const { R, defines, groups, depth } = shapeOf(r, o, sizes, 'nf4')
  const starts = [0, sizes[0], sizes[0] + (sizes[1] ?? 0)]
  const params: Record<string, number> = {
    ...NO_SOURCE,
    ...{ K: o.K, N, ldy: o.ldy, first: o.first },
    n_1: parts.length > 1 ? starts[1] : N,
    n_2: parts.length > 2 ? starts[2] : N,
    groups: groups(N),
  }
  let words = 0
  for (const [i, { weight, bias }] of parts.entries()) {
    const base = (weight.at ?? 0) / 4
    params[`code_${i}`] = base + weight.layout.codeAt
    params[`absmax_${i}`] = base + weight.layout.absmaxAt
    params[`nested_${i}`] = base + weight.layout.nestedAt
    params[`offset_${i}`] = weight.nestedOffset
    if (bias) params[`bias_${i}`] = bias.offset / 4
    words = Math.max(words, base + weight.layout.words)
  }
  const { buffer } = parts[0].weight
  const bias = parts[0].bias
  let lowRows = 0
  if (low) {
    lowRows = low.rank * low.at.length
    Object.assign(params, { low_N: lowRows, low_first: low.first, rank: low.rank })
    for (const [i, at] of low.at.entries()) params[`float_${i}`] = at
  }
  r.dispatch({
    source,
    defines: {
      ...defines,
      ...{ NF4: true, FLOATS: low !== null, BOTH: low !== null, FROM: 0, TO: low ? 2 : 1 },
      ...{ NESTED: parts[0].weight.layout.nested, BIAS: bias !== null },
    },
    tensors: {
      x: o.x,
      y: o.y,
      weight: bufferTensor('nf4', 'u32', [words], buffer),
      ...(low ? { floats: low.page } : {}),
      ...(bias ? { bias: wholeBuffer(bias) } : {}),
    },
    params,
    workgroups: workgroups(groups(N) + Math.ceil(lowRows / (lowRows ? groupRows(defines, R) : 1)), depth),
    flops: 2 * o.lines * o.K * (N + lowRows),
  })
}

const groupRows = ({ GROUP, LANES }: { GROUP: number; LANES: number }, R: number): number => (GROUP / LANES) * R

/** A vector's whole buffer: several share it. */
function wholeBuffer({ label, dtype, buffer }: Tensor): Tensor {
  return bufferTensor(label, dtype, [buffer!.size / 4], buffer!)
}

/** y = x W^T (+ bias) of rows of floats [N, K], from element `at` of their tensor on. */
export function floatProduct(
  r: Recorder,
  o: Rows & { weight: Tensor; at?: number; N: number; bias?: Tensor | null },
): void {
  const { defines, groups, depth } = shapeOf(r, o, [o.N], 'floats')
  r.dispatch({
    source,
    defines: {
      ...defines,
      ...{ NF4: false, FLOATS: true, BOTH: false, FROM: 1, TO: 2, NESTED: false, BIAS: Boolean(o.bias) },
    },
    tensors: { x: o.x, y: o.y, floats: o.weight, ...(o.bias ? { bias: o.bias } : {}) },
    params: {
      ...NO_SOURCE,
      ...{ K: o.K, N: o.N, n_1: o.N, n_2: o.N, ldy: o.ldy, first: o.first },
      ...{ low_N: o.N, rank: o.N, float_0: o.at ?? 0 },
    },
    workgroups: workgroups(groups(o.N), depth),
    flops: 2 * o.lines * o.K * o.N,
  })
}

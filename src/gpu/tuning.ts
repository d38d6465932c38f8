/**
 * Every choice that depends on the device and not on the model, in one table: what a tuner may write. Each has one
 * reader, named in its comment. None changes what is computed; tiles, lanes and chunks fix the order of sums, so the
 * same table gives the same bits.
 *
 * Two columns so far: GPUs, and software adapters (SwiftShader, lavapipe, WARP), where an invocation is a loop on a
 * processor core: barriers are dear there, registers cheap, and cores few.
 */
export interface Tuning {
  /**
   * Invocations that share a row in the row kernels (norms, softmax, loss head, 8-bit states). 64 keep a GPU busy with
   * few rows and read memory side by side; 1 needs no barrier. Read by `rowGrid`.
   */
  rowLanes: 1 | 64
  /** Invocations a workgroup of those kernels: `rowLanes` where a row takes a workgroup, else small, for few cores. */
  rowGroup: number
  /**
   * Largest register tile of the matmul, rows by columns. A larger one reads less for each product and needs more
   * registers: 8 x 4 keeps 32 sums, which all GPUs hold; software keeps 64 in its cache. Read by `matmul`.
   */
  matmulTile: [number, number]
  /**
   * Outputs from which a product gets the largest tile; with fewer it would leave cores idle, so that smaller tiles
   * pay. Software adapters have a handful of cores.
   */
  matmulTileFrom: number
  /** Columns and rows of invocations in one workgroup of the matmul. */
  matmulGroup: [number, number]
  /** Invocations that share an output of the NF4 matrix-vector product. Read by `nf4Gemv`. */
  gemvLanes: 4 | 8 | 16 | 32 | 64
  /**
   * Most elements of a dequantised slab (a power of two): 64 MiB of f32, half of the least binding limit. Smaller slabs
   * stay in a cache but split products. Read by the linears.
   */
  slabElements: number
  /**
   * Rows of the vocabulary whose logits are there at once: [rows, 4096] f32 is 16 MiB at 1024 trained tokens, and the
   * product over them is long enough. Read by the loss head.
   */
  headChunk: number
  /** Most bytes of attention scores at once (twice that in the backward pass). Read where chunks are chosen. */
  scoreBytes: number
  /** Tokens of a prompt that go through the layers together: enough for full tiles, few enough to stop quickly. */
  prefillTokens: number
  /**
   * Floating point operations in one submit, so that none holds the GPU long: a watchdog ends what takes seconds, and
   * the desktop shares the device. 100 GFLOP are under 100 ms from 1 TFLOP/s on; software reaches tens of GFLOP/s.
   */
  flopsPerSubmit: number
  /**
   * Bytes for activations and training state where nobody states a budget: WebGPU tells nobody what is free, and a
   * small laptop GPU can spare this much.
   */
  budgetBytes: number
  /** Bytes of a paged optimiser's windows on the GPU where nobody states a budget. */
  pagedStateBytes: number
  /** Bytes of weights handed to the GPU at a time where they are copied as they are. */
  uploadBytes: number
  /** Elements quantised at a time (a multiple of 64): 16 MiB of f32, or what a binding holds. */
  quantizeElements: number
}

const MiB = 2 ** 20

const COMMON = {
  matmulGroup: [8, 8],
  gemvLanes: 8,
  slabElements: 16 * MiB,
  headChunk: 4096,
  scoreBytes: 64 * MiB,
  prefillTokens: 128,
  budgetBytes: 2048 * MiB,
  pagedStateBytes: 32 * MiB,
  uploadBytes: 8 * MiB,
  quantizeElements: 4 * MiB,
} satisfies Partial<Tuning>

const GPUS: Tuning = {
  ...COMMON,
  rowLanes: 64,
  rowGroup: 64,
  matmulTile: [8, 4],
  matmulTileFrom: 131_072,
  flopsPerSubmit: 100e9,
}

const SOFTWARE: Tuning = {
  ...COMMON,
  rowLanes: 1,
  rowGroup: 8,
  matmulTile: [8, 8],
  matmulTileFrom: 64,
  flopsPerSubmit: 4e9,
}

/** What of a device the choice looks at. */
export interface DeviceTraits {
  isSoftware: boolean
}

export function defaultTuning(traits: DeviceTraits): Tuning {
  return traits.isSoftware ? SOFTWARE : GPUS
}

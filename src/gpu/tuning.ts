/**
 * Every choice that depends on the device and not on the model, in one table: what a tuner may write. The comments name
 * who reads them, where that is one. None changes what is computed; tiles, lanes and chunks fix the order of sums, so
 * the same table gives the same bits.
 *
 * Two columns so far: GPUs, and software adapters (SwiftShader, lavapipe, WARP), where an invocation is a loop on a
 * processor core: barriers are dear there, registers cheap, and cores few.
 */
/** The matrix product's variants; what each is stands in src/ops/matmul-variants.ts. */
export type MatmulVariantName =
  | `register ${'1x4' | '2x4' | '4x4' | '8x4' | '8x8'}`
  | 'row'
  | 'uniform 16x4'
  | `subgroup ${'8x2' | '8x4' | '16x2' | '16x4 of 4' | '32x4 of 8'}`
  | `workgroup ${'4x4' | '4x4 of 8' | '8x4' | '8x8'}`

/** Those of them that keep tiles of both operands in workgroup memory, into which NF4 can be decoded. */
export type WorkgroupTile = Extract<MatmulVariantName, `workgroup ${string}`>
/** The same tile, which decodes the weights itself. */
export type Nf4VariantName = `nf4 ${WorkgroupTile}`

/**
 * Products that want the same of a device: many rows times a weight as it is stored (forward), or turned (backward),
 * and the many small ones of attention.
 */
export type MatmulClass = 'forward' | 'backward' | 'attention'

export interface Tuning {
  /**
   * Invocations that share a row in the row kernels (norms, softmax, loss head, 8-bit states). 64 keep a GPU busy with
   * few rows and read memory side by side; 1 needs no barrier. Read by `rowGrid`.
   */
  rowLanes: 1 | 64
  /** Invocations a workgroup of those kernels: `rowLanes` where a row takes a workgroup, else small, for few cores. */
  rowGroup: number
  /**
   * Variants of the matrix product, best first; a product takes the first that serves it and finds enough to do. None:
   * register tiles alone. Read by `chooseMatmul`.
   */
  matmul: readonly MatmulVariantName[]
  /** The same by class of product, where a search on the device (src/ops/tuner.ts) found it; goes before the list. */
  matmulBy: Partial<Record<MatmulClass, readonly MatmulVariantName[]>>
  /**
   * The tile in which the product of a group of linears decodes its NF4 weights, forward and backward; absent, or null
   * where a search found that better: they are unpacked into a slab first. With both there is no slab. Read by
   * `nf4Tile`, and where a device is opened, which verifies them before memory is planned.
   */
  nf4InTile: { readonly [way in 'forward' | 'backward']?: WorkgroupTile | null }
  /** Variants that gave other numbers than their twin on this device: never taken. */
  refused: readonly (MatmulVariantName | Nf4VariantName)[]
  /** Workgroups from which on such a variant is taken: several for every core. */
  matmulWorkgroups: number
  /**
   * Operations from which on it is taken: a software adapter compiles it for seconds, which short products never earn.
   */
  matmulFlops: number
  /**
   * Largest register tile, rows by columns, for what no variant above takes. A larger one reads less for each product
   * and needs more registers: 8 x 4 keeps 32 sums, which all GPUs but Intel's hold; software keeps 64 in its cache.
   */
  matmulTile: [4, 4] | [8, 4] | [8, 8]
  /**
   * Whether tiles in workgroup memory write out every k: faster, but a minute's work for a software adapter's compiler.
   */
  unrolls: boolean
  /**
   * Outputs from which a product gets the largest tile; with fewer it would leave cores idle, so that smaller tiles
   * pay. Software adapters have a handful of cores.
   */
  matmulTileFrom: number
  /**
   * Invocations a workgroup of the adapters' kernels, which take four rows and split sums among themselves: many on a
   * GPU, a vector's worth on a processor. Read by src/ops/adapted.ts, as is the next.
   */
  adapterLanes: 4 | 8 | 32 | 128
  /**
   * Whether those of a workgroup are within one subgroup and add up by shuffles: barriers are dear where an invocation
   * is a loop on a processor, to run and still more to compile. Wants subgroups of at least `adapterLanes`.
   */
  adapterSubgroup: boolean
  /** Pieces of eight weights that each of them unpacks. */
  unpackPieces: number
  /**
   * Invocations that share outputs of the products of answers (a few rows against a weight) along K; 1 needs no
   * barrier. Read by `nf4Products`, as the next three.
   */
  gemvLanes: 1 | 4 | 8 | 16 | 32 | 64
  /** Outputs that each of them keeps for every row, so that what it reads of the rows serves several. */
  gemvRows: 1 | 2 | 4
  /** Neighbours of a subgroup that read the rows side by side and hand them round, without lanes; 0: each reads all. */
  gemvShare: 0 | 4 | 8
  /**
   * Where the 16 values of NF4 come from: a table in workgroup memory (a third of the instructions of a tree of selects
   * on AMD and Intel, half of the time on SwiftShader), or eight lanes that hold two each and hand them round
   * (lavapipe).
   */
  gemvValues: 'tree' | 'table' | 'shuffle'
  /** Tokens of answers under way before the first of them is read back: hides the wait on a GPU. */
  answersAhead: number
  /** Bytes that answers side by side may take beside the weights; fewer lines where they would take more. */
  answerBytes: number
  /**
   * Most elements of a dequantised slab (a power of two): 64 MiB of f32, half of the least binding limit. Smaller slabs
   * stay in a cache but split products. Read by the linears.
   */
  slabElements: number
  /**
   * Rows of the vocabulary whose logits are there at once: [rows, 8192] f32 is 32 MiB at 1024 trained tokens, and each
   * chunk takes three dispatches. Read by the loss head.
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
  matmulBy: {},
  nf4InTile: {},
  refused: [],
  slabElements: 16 * MiB,
  headChunk: 8192,
  scoreBytes: 64 * MiB,
  prefillTokens: 128,
  budgetBytes: 2048 * MiB,
  answerBytes: 512 * MiB,
  pagedStateBytes: 32 * MiB,
  uploadBytes: 8 * MiB,
  quantizeElements: 4 * MiB,
} satisfies Partial<Tuning>

/** GPUs in general: tiles in workgroup memory, which every vendor's hardware has. */
const GPUS: Tuning = {
  ...COMMON,
  rowLanes: 64,
  rowGroup: 64,
  adapterLanes: 128,
  adapterSubgroup: false,
  unpackPieces: 2,
  gemvLanes: 8,
  gemvRows: 2,
  gemvShare: 0,
  gemvValues: 'table',
  answersAhead: 3,
  matmul: ['row', 'workgroup 8x4', 'workgroup 4x4'],
  matmulWorkgroups: 32,
  matmulFlops: 0,
  unrolls: true,
  matmulTile: [8, 4],
  matmulTileFrom: 131_072,
  flopsPerSubmit: 100e9,
}

const SOFTWARE: Tuning = {
  ...COMMON,
  rowLanes: 1,
  rowGroup: 8,
  adapterLanes: 8,
  adapterSubgroup: false,
  unpackPieces: 16,
  gemvLanes: 1,
  gemvRows: 4,
  gemvShare: 0,
  gemvValues: 'table',
  answersAhead: 1,
  matmul: [],
  matmulWorkgroups: 2,
  matmulFlops: 5e7,
  unrolls: false,
  matmulTile: [8, 8],
  matmulTileFrom: 64,
  flopsPerSubmit: 4e9,
}

/** What of a device the choice looks at. */
export interface DeviceTraits {
  isSoftware: boolean
  /** GPUAdapterInfo's, in lower case; empty where the browser hides it. */
  vendor: string
  architecture: string
  /** Least and most lanes of a subgroup, where the device has the feature. */
  subgroups: { least: number; most: number } | null
  /** Workgroup memory in bytes. */
  workgroupBytes: number
}

export function defaultTuning(traits: DeviceTraits): Tuning {
  return traits.isSoftware
    ? { ...SOFTWARE, ...softwareMatmul(traits), ...softwareGemv(traits), ...softwareAdapter(traits) }
    : { ...GPUS, ...gpuMatmul(traits) }
}

/**
 * Measured: a load costs a processor that plays GPU as much as tens of products, whether its address is shared or not,
 * so that rows handed round among the lanes of a subgroup are the cheapest.
 */
function softwareMatmul({ subgroups }: DeviceTraits): Partial<Tuning> {
  // Compiled as long as a register tile of 8 x 8, for small models a second.
  if (subgroups?.least === 8) return { matmul: ['subgroup 32x4 of 8'], matmulFlops: 5e6 }
  // Compiled in a fifth of a second, so that small products take it, too.
  return subgroups?.least === 4 ? { matmul: ['subgroup 16x4 of 4'], matmulFlops: 0 } : {}
}

/** Measured, as above; the lanes of lavapipe also hold the values of NF4. */
function softwareGemv({ subgroups }: DeviceTraits): Partial<Tuning> {
  if (subgroups?.least === 8) return { gemvShare: 8, gemvValues: 'shuffle' }
  return subgroups?.least === 4 ? { gemvShare: 4 } : {}
}

/** A subgroup of a software adapter is what one loop on its core computes side by side. */
function softwareAdapter({ subgroups }: DeviceTraits): Partial<Tuning> {
  const lanes = subgroups?.least
  return lanes === 4 || lanes === 8 ? { adapterLanes: lanes, adapterSubgroup: true } : {}
}

/**
 * By what the vendors' compilers make of each variant (`npm run bench:isa`): Intel's have registers for 4 x 4 sums, or
 * for 16 x 2 whose rows are handed round; RDNA 2 reads shared rows into scalar registers for nothing; RDNA 3 and NVIDIA
 * want few reads for each product. On RDNA decoding NF4 in the tile costs a tenth of the product, which at a thousand
 * rows is what writing and reading the slab takes.
 */
function gpuMatmul(traits: DeviceTraits): Partial<Tuning> {
  const { vendor, architecture, subgroups, workgroupBytes } = traits
  if (vendor === 'intel') {
    const shared = subgroups && subgroups.least >= 8 ? (['subgroup 16x2'] as const) : []
    return { matmul: ['row', ...shared], matmulTile: [4, 4] }
  }
  const decodedIn = (tile: WorkgroupTile): Tuning['nf4InTile'] => ({ forward: tile, backward: tile })
  if (vendor === 'amd' && /rdna-?[12]/.test(architecture))
    return { matmul: ['row', 'uniform 16x4', 'workgroup 8x4'], nf4InTile: decodedIn('workgroup 8x4') }
  if (vendor === 'amd' && /rdna-?3/.test(architecture))
    return { matmul: ['row', 'workgroup 8x8', 'workgroup 8x4'], nf4InTile: decodedIn('workgroup 8x8') }
  if (vendor === 'nvidia') return { matmul: ['row', 'workgroup 8x8', 'workgroup 8x4'] }
  if (vendor === 'qualcomm' || vendor === 'arm') return { matmul: ['row', 'workgroup 4x4'] }
  return workgroupBytes >= 16384 ? {} : { matmul: ['row'] }
}

import { fail } from '../errors'
import { dequantizeScales, NESTED_BLOCK, NF4_BLOCK, nf4Values, signedMap } from './nf4'
import type { NestedScales } from './nf4'
import type { TensorHeader } from './safetensors'
import { fromFloat32, toFloat32 } from './floats'
import type { TensorInfo, WeightSource } from '../contracts/weights'

/** A linear's weight as a bitsandbytes checkpoint stores it. */
export interface BnbTensor {
  /** Shape of the weight that the codes stand for. */
  shape: number[]
  /** Element type that the weight had before it was quantised: "bfloat16", "float16" or "float32". */
  dtype: string
  /** Scales in 8 bits with their map, or plain f32 scales. */
  scales: { kind: 'nested'; nested: NestedScales; map: Float32Array } | { kind: 'plain'; absmax: Float32Array }
}

const STATE = 'quant_state.bitsandbytes__nf4'

/** Whether `name` (with ".weight") is stored as NF4 in this checkpoint. */
export function isBnbTensor(weights: WeightSource, name: string): boolean {
  return weights.tensors.has(`${name}.${STATE}`)
}

/**
 * Read everything about an NF4 weight but its codes, which are the tensor `name` itself (ceil(n/2) bytes, first element
 * in the high nibble; the file calls them U8, or whatever `bnb_4bit_quant_storage` says): read those in pieces with
 * `weights.read(name, ...)`. `width`: elements of a row as the model has them; the file's own shape must agree. Throws
 * 'bnb-state'.
 */
export async function readBnbTensor(weights: WeightSource, name: string, width: number): Promise<BnbTensor> {
  const bad = (reason: string, cause?: unknown) => fail('bnb-state', { tensor: name, reason }, cause)
  const read = async (suffix: string): Promise<{ info: TensorInfo; bytes: Uint8Array }> => {
    const info = weights.tensors.get(`${name}.${suffix}`)
    if (!info) throw bad(`${suffix} ?`)
    return { info, bytes: await weights.read(info.name, 0, info.bytes) }
  }
  const readF32 = async (suffix: string): Promise<Float32Array> => {
    const { info, bytes } = await read(suffix)
    if (info.dtype !== 'F32') throw bad(`${suffix}: ${info.dtype}`)
    return toFloat32(bytes, 'F32')
  }

  const state = parseState((await read(STATE)).bytes, bad)
  if (state.blocksize !== NF4_BLOCK) throw bad(`blocksize ${String(state.blocksize)}`)
  const shape = state.shape
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n > 0) || shape.at(-1) !== width) {
    throw bad(`shape ${JSON.stringify(shape)}`)
  }
  const count = shape.reduce((product: number, n: number) => product * n, 1)
  const blocks = Math.ceil(count / NF4_BLOCK)
  const codes = weights.tensors.get(name)
  if (codes?.bytes !== Math.ceil(count / 2)) throw bad(`${codes?.dtype} [${codes?.shape.join(', ')}]`)
  const map = await readF32('quant_map')
  if (map.length !== 16 || map.some((value, i) => value !== nf4Values[i])) throw bad('quant_map')

  const dtype = String(state.dtype)
  const absmax = await read('absmax')
  if (absmax.info.dtype === 'F32') {
    const plain = toFloat32(absmax.bytes, 'F32')
    if (plain.length !== blocks) throw bad(`absmax [${plain.length}]`)
    return { shape, dtype, scales: { kind: 'plain', absmax: plain } }
  }
  if (absmax.info.dtype !== 'U8' || absmax.bytes.length !== blocks)
    throw bad(`absmax ${absmax.info.dtype} [${absmax.bytes.length}]`)
  if (state.nested_blocksize !== NESTED_BLOCK) throw bad(`nested_blocksize ${String(state.nested_blocksize)}`)
  if (typeof state.nested_offset !== 'number') throw bad(`nested_offset ${String(state.nested_offset)}`)
  const nestedAbsmax = await readF32('nested_absmax')
  const nestedMap = await readF32('nested_quant_map')
  if (nestedAbsmax.length !== Math.ceil(blocks / NESTED_BLOCK)) throw bad(`nested_absmax [${nestedAbsmax.length}]`)
  if (nestedMap.length !== 256) throw bad(`nested_quant_map [${nestedMap.length}]`)
  const nested = { codes: absmax.bytes, nestedAbsmax, offset: Math.fround(state.nested_offset) }
  return { shape, dtype, scales: { kind: 'nested', nested, map: nestedMap } }
}

/** The f32 scale of each block of 64. */
export function bnbScales(tensor: BnbTensor): Float32Array {
  return tensor.scales.kind === 'plain'
    ? tensor.scales.absmax
    : dequantizeScales(tensor.scales.nested, tensor.scales.map)
}

function parseState(bytes: Uint8Array, bad: (reason: string, cause?: unknown) => Error): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>
  } catch (error) {
    throw bad((error as Error).message, error)
  }
}

/** The state is padded with spaces to this length, so that a file can be laid out before the scales are known. */
const STATE_BYTES = 256

/** The tensors that stand for one NF4 weight, in the order to write them; the codes come first. */
export function bnbHeaders(name: string, shape: number[], doubleQuant: boolean): TensorHeader[] {
  const count = shape.reduce((product, n) => product * n, 1)
  const blocks = Math.ceil(count / NF4_BLOCK)
  const plain: TensorHeader = { name: `${name}.absmax`, dtype: 'F32', shape: [blocks] }
  const nested: TensorHeader[] = [
    { name: `${name}.absmax`, dtype: 'U8', shape: [blocks] },
    { name: `${name}.nested_absmax`, dtype: 'F32', shape: [Math.ceil(blocks / NESTED_BLOCK)] },
    { name: `${name}.nested_quant_map`, dtype: 'F32', shape: [256] },
  ]
  return [
    { name, dtype: 'U8', shape: [Math.ceil(count / 2), 1] },
    ...(doubleQuant ? nested : [plain]),
    { name: `${name}.quant_map`, dtype: 'F32', shape: [16] },
    { name: `${name}.${STATE}`, dtype: 'U8', shape: [STATE_BYTES] },
  ]
}

/**
 * The bytes of all tensors of `bnbPlan` but the first, from nested scales or the plain f32 ones. `dtype` is what the
 * weight had: "bfloat16", "float16", "float32".
 */
export function bnbScaleBytes(shape: number[], dtype: string, scales: NestedScales | Float32Array): Uint8Array[] {
  const state = { quant_type: 'nf4', blocksize: NF4_BLOCK, dtype, shape }
  const encoded = (value: object) => new TextEncoder().encode(JSON.stringify(value).padEnd(STATE_BYTES))
  const map = fromFloat32(nf4Values, 'F32')
  if (scales instanceof Float32Array) return [fromFloat32(scales, 'F32'), map, encoded(state)]
  const nested = { nested_blocksize: NESTED_BLOCK, nested_dtype: 'float32', nested_offset: scales.offset }
  return [
    scales.codes,
    fromFloat32(scales.nestedAbsmax, 'F32'),
    fromFloat32(signedMap, 'F32'),
    map,
    encoded({ ...state, ...nested }),
  ]
}

/** What config.json of a checkpoint with such weights says. */
export function bnbQuantizationConfig(options: {
  doubleQuant: boolean
  computeDtype: string
  skipModules: string[]
}): Record<string, unknown> {
  return {
    _load_in_4bit: true,
    _load_in_8bit: false,
    bnb_4bit_compute_dtype: options.computeDtype,
    bnb_4bit_quant_storage: 'uint8',
    bnb_4bit_quant_type: 'nf4',
    bnb_4bit_use_double_quant: options.doubleQuant,
    llm_int8_skip_modules: options.skipModules,
    load_in_4bit: true,
    load_in_8bit: false,
    quant_method: 'bitsandbytes',
  }
}

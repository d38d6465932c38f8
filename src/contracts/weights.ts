/** Element types as safetensors spells them. */
export type TensorDtype =
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'F64'
  | 'C64'
  | 'F8_E4M3'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2'
  | 'F8_E5M2FNUZ'
  | 'F8_E8M0'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'F4'
  | 'U8'
  | 'I8'
  | 'U16'
  | 'I16'
  | 'U32'
  | 'I32'
  | 'U64'
  | 'I64'
  | 'BOOL'

export interface TensorInfo {
  name: string
  dtype: TensorDtype
  shape: number[]
  bytes: number
}

/** Named tensors whose bytes are read in pieces: one safetensors file or many shards behind an index. */
export interface WeightSource {
  readonly tensors: ReadonlyMap<string, TensorInfo>
  /** `length` bytes of the tensor's row-major little-endian data from `offset`. */
  read(name: string, offset: number, length: number): Promise<Uint8Array>
}

/** Rows [from, from + count) of a tensor as f32, in pieces of whole rows; a vector is one row. */
export type RowReader = (name: string, from: number, count: number) => AsyncIterable<Float32Array>

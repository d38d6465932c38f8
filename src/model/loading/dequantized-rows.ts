import { toFloat32, type FloatDtype } from '../../formats/floats'
import type { Gpu } from '../../gpu/device'
import { Replay } from '../../gpu/replay'
import { readBuffer } from '../../gpu/readback'
import { bytesPerElement, type Tensor, type TensorDtype } from '../../gpu/tensor'
import type { LinearWeight } from '../../ops/linear'
import { nf4Dequantize, type Nf4Weight } from '../../ops/nf4'

/**
 * Rows [from, from + count) of a weight on the GPU as float32, [count, K]: what NF4 stands for, or what a dense weight
 * is.
 */
export function readRows(gpu: Gpu, weight: LinearWeight, from: number, count: number): Promise<Float32Array> {
  return weight.kind === 'dense'
    ? denseRows(gpu, weight.tensor, weight.K, from, count)
    : nf4Rows(gpu, weight, from, count)
}

const FLOAT_DTYPES: Partial<Record<TensorDtype, FloatDtype>> = { bf16: 'BF16', half: 'F16', f32: 'F32' }

async function denseRows(gpu: Gpu, tensor: Tensor, K: number, from: number, count: number): Promise<Float32Array> {
  const dtype = FLOAT_DTYPES[tensor.dtype]
  if (!dtype) throw new Error(`${tensor.label}: ${tensor.dtype}`)
  const size = bytesPerElement(tensor.dtype)
  // Copies start on a word.
  const start = Math.floor((from * K * size) / 4) * 4
  const bytes = new Uint8Array(await readBuffer(gpu, tensor.buffer!, start, (from + count) * K * size - start))
  return toFloat32(bytes.subarray(from * K * size - start), dtype)
}

async function nf4Rows(gpu: Gpu, weight: Nf4Weight, from: number, count: number): Promise<Float32Array> {
  const { K } = weight
  // The kernel writes whole words of codes: eight elements.
  const first = Math.floor((from * K) / 8) * 8
  const n = (from + count) * K - first
  const replay = new Replay<null>(
    gpu,
    (r) => nf4Dequantize(r, { weight, out: r.tensor('rows', [n]), first, n }),
    null,
    {
      label: 'dequantize',
    },
  )
  try {
    await replay.build()
    await replay.prepare(null)
    replay.run(null)
    return new Float32Array(await readBuffer(gpu, replay.bufferOf('rows'), 0, n * 4)).slice(from * K - first)
  } finally {
    replay.destroy()
  }
}

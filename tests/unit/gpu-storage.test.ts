import { beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../src/gpu/device'
import { storageTensor, uploadTensor, write } from '../../src/gpu/storage'
import { bufferBytes } from '../../src/gpu/tensor'

/** A device that remembers what was written where. */
function fakeGpu() {
  const written: { at: number; bytes: number[] }[] = []
  const gpu = {
    device: {
      limits: { maxStorageBufferBindingSize: 64 },
      queue: {
        writeBuffer: (_: unknown, at: number, data: Uint8Array) =>
          written.push({ at, bytes: [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] }),
      },
    },
    buffer: (label: string, bytes: number) => ({ label, size: bufferBytes(bytes) }),
  } as unknown as Gpu
  return { gpu, written }
}

beforeAll(() => {
  // WebGPU's own numbers; Node has no such global.
  Object.assign(globalThis, { GPUBufferUsage: { STORAGE: 128, COPY_DST: 8, COPY_SRC: 4 } })
})

describe('storage', () => {
  it('is rounded up to 16 bytes, and never nothing', () => {
    expect([0, 1, 16, 17].map(bufferBytes)).toEqual([16, 16, 16, 32])
  })

  it('refuses what a binding cannot hold, by name', () => {
    const { gpu } = fakeGpu()
    expect(storageTensor(gpu, 'x', 'f32', [4, 4]).shape).toEqual([4, 4])
    expect(() => storageTensor(gpu, 'keys', 'f32', [17])).toThrow(
      expect.objectContaining({ code: 'gpu-tensor-too-large', params: { tensor: 'keys', bytes: 80, limit: 64 } }),
    )
  })

  it('takes element types and lengths from the data, or as told', () => {
    const { gpu, written } = fakeGpu()
    expect(uploadTensor(gpu, 'a', Float32Array.of(1, 2))).toMatchObject({ dtype: 'f32', shape: [2] })
    expect(uploadTensor(gpu, 'b', Int32Array.of(-1))).toMatchObject({ dtype: 'i32', shape: [1] })
    expect(uploadTensor(gpu, 'c', Uint32Array.of(7), { dtype: 'bf16', shape: [2, 1] })).toMatchObject({
      dtype: 'bf16',
      shape: [2, 1],
    })
    expect(uploadTensor(gpu, 'd', Uint32Array.of(7), { dtype: 'f16' }).shape).toEqual([2])
    expect(written[1]).toEqual({ at: 0, bytes: [255, 255, 255, 255] })
  })

  it('fills up the last word of bytes with zeros', () => {
    const { gpu, written } = fakeGpu()
    const bytes = Uint8Array.of(9, 1, 2, 3, 4, 5)
    write(gpu, {} as GPUBuffer, bytes.subarray(1), 8)
    expect(written).toEqual([{ at: 8, bytes: [1, 2, 3, 4, 5, 0, 0, 0] }])
  })
})

import { describe, expect, it } from 'vitest'
import { allocating, openGpu } from '../../src/gpu/device'

/** A device whose buffers are numbers, and whose out-of-memory scope answers as told. */
async function fakeGpu(memoryError: boolean) {
  const destroyed: string[] = []
  const scopes: string[] = []
  let onError: (event: unknown) => void = () => {}
  const device = {
    limits: { maxBufferSize: 1024, maxStorageBufferBindingSize: 1024 },
    features: new Set(),
    lost: new Promise(() => {}),
    addEventListener: (_: string, listener: (event: unknown) => void) => (onError = listener),
    createBuffer: ({ label, size }: { label: string; size: number }) => ({
      label,
      size,
      destroy: () => destroyed.push(label),
    }),
    pushErrorScope: (kind: string) => scopes.push(kind),
    popErrorScope: async () => (scopes.pop() === 'out-of-memory' && memoryError ? { message: 'no room' } : null),
  }
  const adapter = {
    limits: device.limits,
    features: new Set(),
    info: { vendor: 'none', architecture: '', description: '' },
    requestDevice: async () => device,
  }
  const gpu = await openGpu({ requestAdapter: async () => adapter } as unknown as GPU, { defaultLimits: true })
  return { gpu, destroyed, scopes, raise: (message: string) => onError({ error: { message } }) }
}

describe('allocating', () => {
  it('hands over what was made', async () => {
    const { gpu, destroyed, scopes } = await fakeGpu(false)
    expect(await allocating(gpu, 'cache', () => [gpu.buffer('a', 16, 0), gpu.buffer('b', 32, 0)])).toHaveLength(2)
    expect([gpu.allocatedBytes, destroyed, scopes]).toEqual([48, [], []])
  })

  it('gives everything back when memory runs out, and says how much was asked for', async () => {
    const { gpu, destroyed, scopes } = await fakeGpu(true)
    const error = await allocating(gpu, 'cache', () => [gpu.buffer('a', 16, 0), gpu.buffer('b', 32, 0)]).catch(
      (e: unknown) => e,
    )
    expect(error).toMatchObject({ code: 'gpu-out-of-memory', params: { what: 'cache', bytes: 48 } })
    expect([gpu.allocatedBytes, destroyed, scopes]).toEqual([0, ['a', 'b'], []])
  })

  it('gives everything back when one of the buffers is too large', async () => {
    const { gpu, destroyed } = await fakeGpu(false)
    const make = () => [gpu.buffer('a', 16, 0), gpu.buffer('b', 4096, 0)]
    await expect(allocating(gpu, 'cache', make)).rejects.toMatchObject({ code: 'gpu-tensor-too-large' })
    expect([gpu.allocatedBytes, destroyed]).toEqual([0, ['a']])
  })

  it('counts a buffer that is freed twice once', async () => {
    const { gpu } = await fakeGpu(false)
    const [one] = [gpu.buffer('a', 16, 0), gpu.buffer('b', 16, 0)]
    gpu.free(one)
    gpu.free(one)
    expect(gpu.allocatedBytes).toBe(16)
  })
})

it('an error outside every scope reaches those who watch', async () => {
  const { gpu, raise } = await fakeGpu(false)
  const heard: string[] = []
  const stop = gpu.watchErrors((message) => heard.push(message))
  raise('first')
  stop()
  raise('second')
  expect(heard).toEqual(['first'])
})

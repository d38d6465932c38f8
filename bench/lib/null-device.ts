/** WebGPU that takes everything and does nothing, with the limits of a usual GPU: for the host's own time. */
export function nullGpuApi(): GPU {
  Object.assign(globalThis, {
    GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 },
    GPUShaderStage: { COMPUTE: 4 },
    GPUMapMode: { READ: 1 },
  })
  const nothing = (): void => {}
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing }
  const encoder = {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    clearBuffer: nothing,
    finish: () => ({}),
  }
  const limits = {
    maxBufferSize: 2 ** 32,
    maxStorageBufferBindingSize: 2 ** 31,
    maxComputeWorkgroupStorageSize: 32768,
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
  }
  const device = {
    limits,
    features: new Set<string>(),
    lost: new Promise(nothing),
    addEventListener: nothing,
    createBuffer: ({ size, label }: { size: number; label: string }) => ({
      size,
      label,
      destroy: nothing,
      unmap: nothing,
      mapAsync: async () => {},
      getMappedRange: () => new ArrayBuffer(size),
    }),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
    createComputePipelineAsync: async () => ({}),
    createBindGroup: () => ({}),
    createCommandEncoder: () => encoder,
    pushErrorScope: nothing,
    popErrorScope: async () => null,
    queue: { submit: nothing, writeBuffer: nothing, onSubmittedWorkDone: async () => {} },
    destroy: nothing,
  }
  const info = { vendor: 'nvidia', architecture: 'none', description: 'computes nothing' }
  const adapter = { limits, features: new Set<string>(), info, requestDevice: async () => device }
  return { requestAdapter: async () => adapter } as unknown as GPU
}

import { workDone } from './work-done'

/** Workgroups that a GPU works on side by side, each a chain that waits for itself; a processor takes them in turns. */
const GROUPS = 64
const LONG_ENOUGH_MS = 8
const MOST_ROUNDS = 1 << 22
/** Above the number of cores by so much, nobody plays. Firefox tells of 16 cores at most. */
const OVER_CORES = 1.2
const MOST_CORES = 16

const SHADER = `
@group(0) @binding(0) var<storage, read> rounds: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64)
fn probe(@builtin(global_invocation_id) id: vec3<u32>) {
  var a = f32(id.x);
  for (var i = 0u; i < rounds[0]; i++) { a = a * 0.5 + 1.0; }
  out[id.x] = a;
}`

/** How many workgroups of one dependent chain a device runs in the time of one. */
async function parallelGroups(device: GPUDevice): Promise<number> {
  const rounds = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST })
  const out = device.createBuffer({ size: GROUPS * 64 * 4, usage: GPUBufferUsage.STORAGE })
  try {
    const layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'read-only-storage' } },
        { binding: 1, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } },
      ],
    })
    const pipeline = await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code: SHADER }), entryPoint: 'probe' },
    })
    const bindGroup = device.createBindGroup({
      layout,
      entries: [rounds, out].map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    const run = async (groups: number): Promise<number> => {
      const start = performance.now()
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, bindGroup)
      pass.dispatchWorkgroups(groups)
      pass.end()
      device.queue.submit([encoder.finish()])
      await workDone(device)
      return performance.now() - start
    }
    // The first run compiles.
    await run(1)
    for (let n = 1 << 14; ; n *= 2) {
      device.queue.writeBuffer(rounds, 0, Uint32Array.of(n))
      // Whatever else the machine does makes one run look longer, and the device wider than it is.
      const one = Math.min(await run(1), await run(1), await run(1))
      if (one >= LONG_ENOUGH_MS || n >= MOST_ROUNDS) return (one * GROUPS) / (await run(GROUPS))
    }
  } finally {
    rounds.destroy()
    out.destroy()
  }
}

/**
 * Whether an adapter that hides its name, as Firefox's do, is a processor that plays GPU: it works on no more
 * workgroups at once than it has cores. Measured: 0.5 to 1.4 on two busy cores with SwiftShader and lavapipe. No GPU
 * was measured; by their makers' figures the smallest hold 20 and more.
 */
export async function playsGpu(device: GPUDevice, cores: number): Promise<boolean> {
  const bound = OVER_CORES * Math.min(cores, MOST_CORES)
  // A busy machine may make a software adapter look wide once; hardly twice.
  return (await parallelGroups(device)) < bound || (await parallelGroups(device)) < bound
}

import { readdirSync, readFileSync } from 'node:fs'
import type { Gpu } from '../../src/gpu/device'
import { grid } from '../../src/gpu/recorder'
import { Replay } from '../../src/gpu/replay'
import { storageTensor } from '../../src/gpu/storage'

/**
 * Milliseconds that the threads of this process but the main one, which waits, have been on a core: on a software
 * adapter that is the work itself, whoever shares the machine. 0 where the system does not tell.
 */
export function workerMs(): number {
  try {
    return (
      readdirSync('/proc/self/task')
        .filter((id) => Number(id) !== process.pid)
        .reduce((sum, id) => sum + Number(readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ')[0]), 0) /
      1e6
    )
  } catch {
    return 0
  }
}

/** Milliseconds of the GPU's work: processor time of all cores on a software adapter, else the wait. */
export async function timed(gpu: Gpu, run: () => void): Promise<number> {
  const cpu = workerMs()
  const start = performance.now()
  run()
  await gpu.device.queue.onSubmittedWorkDone()
  return gpu.isSoftware && cpu > 0 ? workerMs() - cpu : performance.now() - start
}

/** Median of n runs after one that warms up. */
export async function medianOf(n: number, run: () => Promise<number>): Promise<number> {
  await run()
  const all: number[] = []
  for (let i = 0; i < n; i++) all.push(await run())
  return all.sort((a, b) => a - b)[Math.floor(n / 2)]
}

/** GFLOP/s of chains of multiply-add in registers: of one core on a software adapter, of the device otherwise. */
export async function fmaPeak(gpu: Gpu): Promise<number> {
  let best = 0
  for (const chains of [8, 12]) {
    const [rounds, invocations] = [1000, gpu.isSoftware ? 4096 : 1_048_576]
    const all = Array.from({ length: chains }, (_, i) => `s${i}`)
    const body = Array.from({ length: 8 }, () => all.map((s) => `${s} = ${s} * k + x;`).join(' ')).join('\n')
    const wgsl = `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64)
fn fma_peak(@builtin(global_invocation_id) id: vec3<u32>) {
  let x = f32(id.x) * 1e-9;
  let k = 0.9999 + x;
  ${all.map((s, i) => `var ${s} = x + ${i}.0;`).join(' ')}
  for (var i = 0u; i < ${rounds}u; i++) { ${body} }
  out[id.x] = ${all.join(' + ')};
}`
    const out = storageTensor(gpu, 'peak', 'f32', [invocations])
    const plan = new Replay<null>(
      gpu,
      (r) =>
        r.dispatch({
          source: { name: 'fma_peak', wgsl },
          defines: { CHAINS: chains },
          tensors: { out },
          workgroups: grid(invocations, 64),
        }),
      null,
      { label: 'peak' },
    )
    await plan.build()
    await plan.prepare(null)
    const ms = await medianOf(3, () => timed(gpu, () => plan.run(null)))
    best = Math.max(best, (2 * 8 * chains * rounds * invocations) / ms / 1e6)
    plan.destroy()
    gpu.free(out.buffer!)
  }
  return best
}

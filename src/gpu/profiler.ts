import type { Replay } from './replay'

export interface ProfileRow {
  kernel: string
  dispatches: number
  milliseconds: number
  flops: number
}

/**
 * Time every dispatch of a replay on its own, waiting for the GPU in between, and add up by kernel variant. The waits
 * cost too; the rows say where time goes, not how long a step takes.
 */
export async function profile<Shape>(replay: Replay<Shape>, shape: Shape): Promise<ProfileRow[]> {
  const rows = new Map<string, ProfileRow>()
  for await (const { kernel, milliseconds, flops } of replay.runOneByOne(shape)) {
    const row = rows.get(kernel) ?? { kernel, dispatches: 0, milliseconds: 0, flops: 0 }
    row.dispatches++
    row.milliseconds += milliseconds
    row.flops += flops
    rows.set(kernel, row)
  }
  return [...rows.values()].sort((a, b) => b.milliseconds - a.milliseconds)
}

import { describe, expect, test } from 'vitest'
import { Replay } from '../../src/gpu/replay'
import { grid } from '../../src/gpu/recorder'
import { random, runOps, testGpu } from '../helpers/gpu'

const source = (name: string, value: string) => ({
  name,
  wgsl: `struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@compute @workgroup_size(64)
fn ${name}(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= p.n) { return; }
  x[id.x] = ${value};
}`,
})

test('an error of the compiler comes with the source around its line', async () => {
  const gpu = await testGpu()
  const replay = new Replay<null>(
    gpu,
    (r) =>
      r.dispatch({
        source: source('broken', 'no_such_value'),
        tensors: { x: r.tensor('x', [8]) },
        params: { n: 8 },
        workgroups: grid(8, 64),
      }),
    null,
    { label: 'broken' },
  )
  const error = (await replay.build().catch((e: unknown) => e)) as { code: string; params: Record<string, string> }
  expect(error.code).toBe('gpu-shader')
  expect(error.params.kernel).toMatch(/^broken\|/)
  expect(error.params.detail).toContain('> 7 |   x[id.x] = no_such_value;')
  expect(error.params.detail).toContain('  6 |   if (id.x >= p.n) { return; }')
})

describe('the device keeps its kernels', () => {
  const once = source('kept', 'f32(id.x)')
  const run = () =>
    runOps({ x: { data: random(8, 1) } }, (r, t) =>
      r.dispatch({ source: once, tensors: { x: t.x }, params: { n: 8 }, workgroups: grid(8, 64) }),
    )

  test('a second replay compiles nothing, and neither do two at once compile twice', async () => {
    const { counts } = await testGpu()
    const before = counts.pipelines
    const results = await Promise.all([run(), run()])
    expect(counts.pipelines).toBe(before + 1)
    results.push(await run())
    expect(counts.pipelines).toBe(before + 1)
    for (const { x } of results) expect([...x]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})

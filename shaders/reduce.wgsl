// Sums and maxima over the LANES invocations that share a row, in a fixed order; every one of them gets the result.
// Prepended to the row kernels. LANES is 64 (a workgroup of GROUP = 64 a row, tree in workgroup memory: what GPUs like)
// or 1 (an invocation a row, no barrier, small workgroups: software adapters pay dearly for each barrier and have few
// cores).
//#if LANES == 1
fn workgroup_sum2(value: vec2<f32>, lane: u32) -> vec2<f32> { return value; }
fn workgroup_max(value: f32, lane: u32) -> f32 { return value; }
//#else
var<workgroup> reduce_scratch: array<vec2<f32>, 64>;

fn workgroup_sum2(value: vec2<f32>, lane: u32) -> vec2<f32> {
  reduce_scratch[lane] = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { reduce_scratch[lane] += reduce_scratch[lane + half]; }
    workgroupBarrier();
  }
  let total = reduce_scratch[0];
  workgroupBarrier();
  return total;
}

fn workgroup_max(value: f32, lane: u32) -> f32 {
  reduce_scratch[lane].x = value;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { reduce_scratch[lane].x = max(reduce_scratch[lane].x, reduce_scratch[lane + half].x); }
    workgroupBarrier();
  }
  let best = reduce_scratch[0].x;
  workgroupBarrier();
  return best;
}
//#end

// The row of an invocation, and its place among those that share the row. With barriers the row must be the workgroup's
// own:
// WGSL wants them in uniform control flow, and `invocation` may differ.
//#if LANES == 1
fn row_of(group: u32, invocation: u32) -> u32 { return group * ${GROUP}u + invocation; }
fn lane_of(invocation: u32) -> u32 { return 0u; }
//#else
fn row_of(group: u32, invocation: u32) -> u32 { return group; }
fn lane_of(invocation: u32) -> u32 { return invocation; }
//#end

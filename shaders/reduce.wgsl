// Sum over a workgroup of 64 in a fixed tree order; every invocation gets the sum. Prepended to the row kernels.
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

// counts[layer] = how many numbers of x + delta are NaN or infinite. One workgroup: it runs only after a run has
// failed.
struct Params { n: u32, layer: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<${T_x}>;
@group(0) @binding(2) var<storage, read> delta: array<${T_delta}>;
@group(0) @binding(3) var<storage, read_write> counts: array<f32>;

@compute @workgroup_size(64)
fn count_non_finite(@builtin(local_invocation_index) lane: u32) {
  var count = 0.0;
  for (var i = lane; i < p.n; i += 64u) {
    let v = f32(x[i]) + f32(delta[i]);
    // Bits, not comparisons: WGSL lets a compiler assume that numbers are finite.
    if ((bitcast<u32>(v) & 0x7f800000u) == 0x7f800000u) { count += 1.0; }
  }
  count = workgroup_sum2(vec2<f32>(count, 0.0), lane).x;
  if (lane == 0u) { counts[p.layer] = count; }
}

// LoRA dropout with a counter-based generator: the mask of element i is a pure function of (seed, step, site, i), so
// the backward pass recomputes it and nothing is stored. Kept elements are scaled by 1 / (1 - rate) as in torch.

struct Params { n: u32, site: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<uniform> p: Params;
// `run` carries the seed and the micro-step counter as bits.
@group(0) @binding(1) var<storage, read> run: array<u32>;
@group(0) @binding(2) var<storage, read> x: array<${T_x}>;
@group(0) @binding(3) var<storage, read_write> y: array<${T_y}>;

// PCG hash in three rounds over (i, site ^ seed, step); Jarzynski and Olano, JCGT 9(3), 2020 (pcg3d).
fn random_bits(i: u32) -> u32 {
  var v = vec3<u32>(i, p.site ^ run[RUN_SEED], run[RUN_MICRO_STEP]) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3<u32>(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.x;
}

@compute @workgroup_size(64)
fn dropout(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
           @builtin(local_invocation_index) lane: u32) {
  let i = (wid.y * groups.x + wid.x) * 64u + lane;
  if (i >= p.n) { return; }
  var v = 0.0;
  if (random_bits(i) >= p.threshold) { v = f32(x[i]) * p.scale; }
  //#if ACC
  y[i] = ${T_y}(f32(y[i]) + v);
  //#else
  y[i] = ${T_y}(v);
  //#end
}

// LoRA dropout with a counter-based generator: the mask of element i is a pure function of (seed, step, site, i), so
// every kernel that meets the element works it out again and nothing is stored. `run` carries the seed and the
// micro-step counter as bits. PCG hash in three rounds over (i, site ^ seed, step); Jarzynski and Olano, JCGT 9(3),
// 2020 (pcg3d).
fn random_bits(i: u32, site: u32) -> u32 {
  var v = vec3<u32>(i, site ^ run[RUN_SEED], run[RUN_MICRO_STEP]) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3<u32>(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.x;
}

// Factors of elements i to i + 3: 0, or what kept elements are scaled by as in torch.
fn kept4(i: u32, site: u32) -> vec4<f32> {
  let bits = vec4<u32>(random_bits(i, site), random_bits(i + 1u, site), random_bits(i + 2u, site),
    random_bits(i + 3u, site));
  return select(vec4<f32>(0.0), vec4<f32>(p.kept), bits >= vec4<u32>(p.threshold));
}
fn kept1(i: u32, site: u32) -> f32 { return select(0.0, p.kept, random_bits(i, site) >= p.threshold); }

// Rotary position embedding in place on [M, heads * D], pairing element i with i + D/2 as transformers does.
// sign = 1 forward; sign = -1 is the backward pass (the transpose of a rotation).

struct Params { M: u32, heads: u32, D: u32, sign: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> positions: array<i32>;
// [position, D/2] pairs (cos, sin)
@group(0) @binding(2) var<storage, read> table: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<${T_x}>;

@compute @workgroup_size(64)
fn rope(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) lane: u32) {
  let half = p.D / 2u;
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.M * p.heads * half) { return; }
  let i = index % half;
  let row = index / half;
  let turn = table[u32(positions[row / p.heads]) * half + i];
  let s = turn.y * p.sign;
  let at = row * p.D + i;
  let low = f32(x[at]);
  let high = f32(x[at + half]);
  x[at] = ${T_x}(low * turn.x - high * s);
  x[at + half] = ${T_x}(high * turn.x + low * s);
}

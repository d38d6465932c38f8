// SwiGLU: act = silu(gate) * up. In training it is part of `adapted_rows`, as is the way back.

struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;

@group(0) @binding(1) var<storage, read> gate: array<${T_gate}>;
@group(0) @binding(2) var<storage, read> up: array<${T_up}>;
@group(0) @binding(3) var<storage, read_write> act: array<${T_act}>;

@compute @workgroup_size(64)
fn swiglu_forward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) lane: u32) {
  let i = (wid.y * groups.x + wid.x) * 64u + lane;
  if (i >= p.n) { return; }
  let g = f32(gate[i]);
  act[i] = ${T_act}(g / (1.0 + exp(-g)) * f32(up[i]));
}

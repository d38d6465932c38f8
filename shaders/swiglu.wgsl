// SwiGLU: act = silu(gate) * up, and its backward pass; IN_PLACE overwrites gate and up with their gradients.

struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;

//#if ENTRY == swiglu_forward
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
//#end

//#if ENTRY == swiglu_backward
@group(0) @binding(1) var<storage, read> dact: array<${T_dact}>;
//#if IN_PLACE
@group(0) @binding(2) var<storage, read_write> gate: array<${T_gate}>;
@group(0) @binding(3) var<storage, read_write> up: array<${T_up}>;
//#else
@group(0) @binding(2) var<storage, read> gate: array<${T_gate}>;
@group(0) @binding(3) var<storage, read> up: array<${T_up}>;
@group(0) @binding(4) var<storage, read_write> dgate: array<f32>;
@group(0) @binding(5) var<storage, read_write> dup: array<f32>;
//#end

@compute @workgroup_size(64)
fn swiglu_backward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                   @builtin(local_invocation_index) lane: u32) {
  let i = (wid.y * groups.x + wid.x) * 64u + lane;
  if (i >= p.n) { return; }
  let g = f32(gate[i]);
  let u = f32(up[i]);
  let d = f32(dact[i]);
  let sigma = 1.0 / (1.0 + exp(-g));
  //#if IN_PLACE
  gate[i] = ${T_gate}(d * u * sigma * (1.0 + g * (1.0 - sigma)));
  up[i] = ${T_up}(d * g * sigma);
  //#else
  dgate[i] = d * u * sigma * (1.0 + g * (1.0 - sigma));
  dup[i] = d * g * sigma;
  //#end
}
//#end

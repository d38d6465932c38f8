// Gradient norm and AdamW over flat pages of adapter parameters (f32, tensors padded with zeros to 64 elements).

//#if ENTRY == sumsq_partial
struct Params { n: u32, first: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> grad: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> partial: array<f32>;

// One workgroup sums the squares of 4096 gradients.
@compute @workgroup_size(64)
fn sumsq_partial(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) lane: u32) {
  let block = wid.y * groups.x + wid.x;
  if (block * 4096u >= p.n) { return; }
  let to = min(p.n, block * 4096u + 4096u) / 4u;
  var sum = 0.0;
  for (var i = block * 1024u + lane; i < to; i += 64u) { sum += dot(grad[i], grad[i]); }
  sum = workgroup_sum2(vec2<f32>(sum, 0.0), lane).x;
  if (lane == 0u) { partial[p.first + block] = sum; }
}
//#end

//#if ENTRY == norm_finish
// stats[2] = sqrt(sum of partials), stats[3] = clip factor as torch's clip_grad_norm_ takes it; 0 with a norm that is not
// finite, so that the update is skipped and the adapter keeps its last good weights.
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> partial: array<f32>;
@group(0) @binding(2) var<storage, read> hyper: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<f32>;

@compute @workgroup_size(64)
fn norm_finish(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < p.n; i += 64u) { sum += partial[i]; }
  let norm = sqrt(workgroup_sum2(vec2<f32>(sum, 0.0), lane).x);
  if (lane == 0u) {
    let max_norm = hyper[5];
    var clip = 1.0;
    if (max_norm > 0.0) { clip = min(1.0, max_norm / (norm + 1e-6)); }
    // Bit tests instead of comparisons: WGSL may assume that there is no NaN or infinity.
    let finite = (bitcast<u32>(norm) & 0x7f800000u) != 0x7f800000u
              && (bitcast<u32>(stats[0]) & 0x7f800000u) != 0x7f800000u;
    stats[2] = norm;
    stats[3] = select(-1.0, clip, finite);
  }
}
//#end

//#if ENTRY == adamw
// torch.optim.AdamW's order: decay, moments, bias-corrected update; clears the gradient for the next window.
struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
// lr, beta1, beta2, eps, weight decay, max norm, 1 - beta1^t, sqrt(1 - beta2^t), 1 - beta1, 1 - beta2
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<f32>;
@group(0) @binding(3) var<storage, read_write> param: array<f32>;
@group(0) @binding(4) var<storage, read_write> grad: array<f32>;
@group(0) @binding(5) var<storage, read_write> m: array<f32>;
@group(0) @binding(6) var<storage, read_write> v: array<f32>;

@compute @workgroup_size(64)
fn adamw(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
         @builtin(local_invocation_index) lane: u32) {
  let i = (wid.y * groups.x + wid.x) * 64u + lane;
  if (i >= p.n) { return; }
  let clip = stats[3];
  if (clip >= 0.0) {
    let g = grad[i] * clip;
    let m_new = m[i] + (g - m[i]) * hyper[8];
    let v_new = v[i] * hyper[2] + g * g * hyper[9];
    let decayed = param[i] * (1.0 - hyper[0] * hyper[4]);
    let denom = sqrt(v_new) / hyper[7] + hyper[3];
    param[i] = decayed - (hyper[0] / hyper[6]) * (m_new / denom);
    m[i] = m_new;
    v[i] = v_new;
  }
  grad[i] = 0.0;
}
//#end

// Query and key heads of the joined q, k and v: RMSNorm over each head (NORM) and rotary position embedding (ROPE), or
// the way back. Element i of a head turns with i + D/2, as in transformers. An invocation or a workgroup takes one head
// of one row, `LANES` as in reduce.wgsl; without NORM heads are turned in place.

struct Params {
  rows: u32, heads: u32, q_heads: u32, D: u32,
  // Elements from token to token of what is read and of what is written.
  pitch: u32, out_pitch: u32,
  eps: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
//#if ROPE
@group(0) @binding(1) var<storage, read> positions: array<i32>;
// [position, D/2] pairs (cos, sin)
@group(0) @binding(2) var<storage, read> table: array<vec2<f32>>;
//#end
//#if NORM
@group(0) @binding(3) var<storage, read> raw: array<${T_raw}>;
@group(0) @binding(4) var<storage, read> q_weight: array<f32>;
@group(0) @binding(5) var<storage, read> k_weight: array<f32>;
//#end
@group(0) @binding(6) var<storage, read_write> x: array<${T_x}>;

//#if NORM
fn weight_of(head: u32, i: u32) -> f32 {
  if (head < p.q_heads) { return q_weight[i]; }
  return k_weight[i];
}
//#end

// cos and sin of element i < D/2 of the token.
fn turn_of(token: u32, i: u32) -> vec2<f32> {
  //#if ROPE
  return table[u32(positions[token]) * (p.D / 2u) + i];
  //#else
  return vec2<f32>(1.0, 0.0);
  //#end
}

//#if ENTRY == heads_forward
// x = turn(weight raw / rms(raw)), or x = turn(x).
@compute @workgroup_size(${GROUP})
fn heads_forward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.rows) { return; }
  let token = row / p.heads;
  let head = row % p.heads;
  let to = token * p.out_pitch + head * p.D;
  let half = p.D / 2u;
  //#if NORM
  let at = token * p.pitch + head * p.D;
  var squares = 0.0;
  for (var i = lane; i < p.D; i += ${LANES}u) { squares += f32(raw[at + i]) * f32(raw[at + i]); }
  let rstd = inverseSqrt(workgroup_sum2(vec2<f32>(squares, 0.0), lane).x / f32(p.D) + p.eps);
  //#end
  for (var i = lane; i < half; i += ${LANES}u) {
    //#if NORM
    let first = weight_of(head, i) * (f32(raw[at + i]) * rstd);
    let second = weight_of(head, i + half) * (f32(raw[at + i + half]) * rstd);
    //#else
    let first = f32(x[to + i]);
    let second = f32(x[to + i + half]);
    //#end
    let turn = turn_of(token, i);
    x[to + i] = ${T_x}(first * turn.x - second * turn.y);
    x[to + i + half] = ${T_x}(second * turn.x + first * turn.y);
  }
}
//#end

//#if ENTRY == heads_backward
// x holds the gradient of the turned and normed heads and is turned into that of `raw`, in place.
@compute @workgroup_size(${GROUP})
fn heads_backward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.rows) { return; }
  let token = row / p.heads;
  let head = row % p.heads;
  let to = token * p.out_pitch + head * p.D;
  let half = p.D / 2u;
  //#if NORM
  let at = token * p.pitch + head * p.D;
  var sums = vec2<f32>(0.0);
  //#end
  for (var i = lane; i < half; i += ${LANES}u) {
    let turn = turn_of(token, i);
    let first = x[to + i] * turn.x + x[to + i + half] * turn.y;
    let second = x[to + i + half] * turn.x - x[to + i] * turn.y;
    x[to + i] = first;
    x[to + i + half] = second;
    //#if NORM
    let v = vec2<f32>(f32(raw[at + i]), f32(raw[at + i + half]));
    let weights = vec2<f32>(weight_of(head, i), weight_of(head, i + half));
    sums += vec2<f32>(dot(v, v), dot(vec2<f32>(first, second) * weights, v));
    //#end
  }
  //#if NORM
  // Each invocation reads only what it wrote itself: no barrier for x.
  let means = workgroup_sum2(sums, lane) / f32(p.D);
  let rstd = inverseSqrt(means.x + p.eps);
  let pull = rstd * rstd * means.y;
  for (var i = lane; i < half; i += ${LANES}u) {
    x[to + i] = rstd * (x[to + i] * weight_of(head, i) - f32(raw[at + i]) * pull);
    x[to + i + half] = rstd * (x[to + i + half] * weight_of(head, i + half) - f32(raw[at + i + half]) * pull);
  }
  //#end
}
//#end

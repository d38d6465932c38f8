// The loss head without the logits: the vocabulary passes by in chunks. For each chunk the matmul leaves logits
// [rows, n]; head_chunk turns them into exp(logit - running max) in place and keeps the running max, sum, target logit
// and arg max of every row, and for the entropy the sum of those exponentials times (logit - max), its spread; the next
// matmul adds the exponentials times the embedding rows to the hidden gradient, scaled by row_scale. head_finish
// divides by the sum, subtracts the target's embedding and applies the loss scale.

//#if ENTRY == head_chunk
struct Params { rows: u32, n: u32, first: u32, is_first: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> targets: array<i32>;
@group(0) @binding(2) var<storage, read_write> logits: array<f32>;
// (max, sum, target logit, arg max) a row; an index below 2^24 is exact in f32
@group(0) @binding(3) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> row_scale: array<f32>;
@group(0) @binding(5) var<storage, read_write> spread: array<f32>;

//#if LANES != 1
var<workgroup> best_index: array<u32, 64>;
//#end

@compute @workgroup_size(${GROUP})
fn head_chunk(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.rows) { return; }
  let at = row * p.n;
  var top = -3.4e38;
  var top_at = 0xffffffffu;
  for (var i = lane; i < p.n; i += ${LANES}u) {
    let v = logits[at + i];
    if (v > top) { top = v; top_at = p.first + i; }
  }
  let chunk_top = workgroup_max(top, lane);
  // The lowest index among the lanes that hold the maximum, as argmax does.
  //#if LANES == 1
  let best = top_at;
  //#else
  best_index[lane] = select(0xffffffffu, top_at, top == chunk_top);
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) { best_index[lane] = min(best_index[lane], best_index[lane + half]); }
    workgroupBarrier();
  }
  let best = best_index[0];
  //#end
  let is_first = p.is_first == 1u;
  var old = state[row];
  if (is_first) { old = vec4<f32>(-3.4e38, 0.0, 0.0, 0.0); }
  let top_now = max(old.x, chunk_top);
  let shrink = select(exp(old.x - top_now), 0.0, is_first);
  let target_at = targets[row] - i32(p.first);
  var target_logit = old.z;
  if (target_at >= 0 && target_at < i32(p.n)) { target_logit = logits[at + u32(target_at)]; }
  //#if LANES != 1
  workgroupBarrier();
  //#end
  var sums = vec2<f32>(0.0);
  for (var i = lane; i < p.n; i += ${LANES}u) {
    let below = logits[at + i] - top_now;
    let e = exp(below);
    logits[at + i] = e;
    sums += vec2<f32>(e, e * below);
  }
  sums = workgroup_sum2(sums, lane);
  if (lane == 0u) {
    let arg = select(old.w, f32(best), chunk_top > old.x);
    state[row] = vec4<f32>(top_now, old.y * shrink + sums.x, target_logit, arg);
    // What was summed below the old maximum lies further below the new one.
    spread[row] = select((spread[row] + old.y * (old.x - top_now)) * shrink, 0.0, is_first) + sums.y;
    row_scale[row] = shrink;
  }
}
//#end

//#if ENTRY == head_loss
// Per row: cross-entropy, whether the arg max is the target, and the entropy of the prediction; the fourth is not used.
struct Params { rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> targets: array<i32>;
@group(0) @binding(2) var<storage, read> state: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> spread: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<vec4<f32>>;

@compute @workgroup_size(64)
fn head_loss(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
             @builtin(local_invocation_index) lane: u32) {
  let row = (wid.y * groups.x + wid.x) * 64u + lane;
  if (row >= p.rows) { return; }
  let s = state[row];
  let right = select(0.0, 1.0, i32(s.w) == targets[row]);
  losses[row] = vec4<f32>(log(s.y) + s.x - s.z, right, log(s.y) - spread[row] / s.y, 0.0);
}
//#end

//#if ENTRY == head_finish
// dh = (dh / sum - embedding of the target) * scale, scale = 1 / trained tokens of the whole accumulation window.
struct Params { rows: u32, C: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> state: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> target_rows: array<f32>;
@group(0) @binding(3) var<storage, read> run: array<f32>;
@group(0) @binding(4) var<storage, read_write> dh: array<f32>;

@compute @workgroup_size(64)
fn head_finish(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.rows * p.C) { return; }
  dh[index] = (dh[index] / state[index / p.C].y - target_rows[index]) * run[RUN_LOSS_SCALE];
}
//#end

//#if ENTRY == loss_sum
// Adds to the step's figures: losses over the trained tokens of the whole window, right answers and entropies over
// those of this micro batch. One workgroup, fixed order.
struct Params { rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> losses: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> run: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<f32>;

@compute @workgroup_size(64)
fn loss_sum(@builtin(local_invocation_index) lane: u32) {
  var sum = vec4<f32>(0.0);
  for (var i = lane; i < p.rows; i += 64u) { sum += losses[i]; }
  let loss_and_right = workgroup_sum2(sum.xy, lane);
  let entropy = workgroup_sum2(sum.zw, lane).x;
  if (lane == 0u) {
    stats[STATS_LOSS] += loss_and_right.x * run[RUN_LOSS_SCALE];
    stats[STATS_MEAN_TOKEN_ACCURACY] += loss_and_right.y * run[RUN_BATCH_SCALE];
    stats[STATS_ENTROPY] += entropy * run[RUN_BATCH_SCALE];
  }
}
//#end

// Causal softmax over attention scores [Z, Tq, Tk] in place, Z = B * H, one workgroup a row, and its backward pass.
// Query row t stands at position first + t of its line; it sees keys j <= first + t of its own segment. Only those are
// read: the score matmul leaves tiles right of the diagonal unwritten. Everything else of the row becomes 0.

struct Params { Z: u32, Tq: u32, Tk: u32, H: u32, first: u32, line: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> scores: array<${T_scores}>;
//#if SEGMENTS
// [B, Tk]: which data row a token belongs to
@group(0) @binding(2) var<storage, read> segments: array<i32>;
//#end

fn probabilities(row: u32, lane: u32) {
  let at = row * p.Tk;
  let query = p.first + row % p.Tq;
  let seen = min(query + 1u, p.Tk);
  //#if SEGMENTS
  let line = (p.line + (row / p.Tq) / p.H) * p.Tk;
  let mine = segments[line + query];
  //#end
  var best = -3.4e38;
  for (var j = lane; j < seen; j += ${LANES}u) {
    //#if SEGMENTS
    if (segments[line + j] != mine) { continue; }
    //#end
    best = max(best, f32(scores[at + j]));
  }
  best = workgroup_max(best, lane);
  var sum = 0.0;
  for (var j = lane; j < p.Tk; j += ${LANES}u) {
    var e = 0.0;
    if (j < seen) {
      //#if SEGMENTS
      if (segments[line + j] == mine) { e = exp(f32(scores[at + j]) - best); }
      //#else
      e = exp(f32(scores[at + j]) - best);
      //#end
    }
    scores[at + j] = ${T_scores}(e);
    sum += e;
  }
  let inverse = 1.0 / workgroup_sum2(vec2<f32>(sum, 0.0), lane).x;
  for (var j = lane; j < seen; j += ${LANES}u) { scores[at + j] = ${T_scores}(f32(scores[at + j]) * inverse); }
}

//#if ENTRY == softmax_forward
@compute @workgroup_size(${GROUP})
fn softmax_forward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                   @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  if (row >= p.Z * p.Tq) { return; }
  probabilities(row, lane_of(invocation));
}
//#end

//#if ENTRY == softmax_backward
// Scores become probabilities P, and d <- P * (d - sum(P * d)), zero right of the diagonal. An invocation reads only
// what it wrote itself.
@group(0) @binding(3) var<storage, read_write> d: array<${T_d}>;

@compute @workgroup_size(${GROUP})
fn softmax_backward(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                    @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.Z * p.Tq) { return; }
  probabilities(row, lane);
  let at = row * p.Tk;
  let seen = min(p.first + row % p.Tq + 1u, p.Tk);
  var sum = 0.0;
  for (var j = lane; j < seen; j += ${LANES}u) { sum += f32(scores[at + j]) * f32(d[at + j]); }
  sum = workgroup_sum2(vec2<f32>(sum, 0.0), lane).x;
  for (var j = lane; j < p.Tk; j += ${LANES}u) {
    var g = 0.0;
    if (j < seen) { g = f32(scores[at + j]) * (f32(d[at + j]) - sum); }
    d[at + j] = ${T_d}(g);
  }
}
//#end

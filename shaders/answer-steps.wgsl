// What stands between the products of a token that is answered: one row a line. Each kernel first adds what the
// adapter's B makes of the products with A, which stand behind the products themselves in `y` (ldy a row), so that an
// adapter costs no dispatch of its own. Nothing of a row depends on another row.
//
// rows [line]: (slot of the cache, position of the token, end of the slot, 0). A line at its end writes nothing.

//#if LORA
fn adapted(row: u32, low: u32, b_at: u32, n: u32) -> f32 {
  if (b_at == ${NONE}u) { return 0.0; }
  var sum = 0.0;
  for (var j = 0u; j < p.rank; j++) { sum += y[row * p.ldy + low + j] * lora[b_at + n * p.rank + j]; }
  return p.scale * sum;
}
//#end

//#if ENTRY == answer_heads
// Queries [line, H D] and the cache's keys and values of q, k, v side by side in y: bias is there, norms over each head
// and turning are done here. The cache of a layer: keys [slots, capacity, K D], then values from `values` on.
struct Params {
  lines: u32, H: u32, K: u32, D: u32, ldy: u32, capacity: u32, values: u32, eps: f32,
  rank: u32, scale: f32, low_0: u32, low_1: u32, low_2: u32, b_0: u32, b_1: u32, b_2: u32
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> q: array<f32>;
@group(0) @binding(4) var<storage, read_write> cache: array<${T_cache}>;
//#if ROPE
// [position, D/2] of (cos, sin)
@group(0) @binding(5) var<storage, read> table: array<vec2<f32>>;
//#end
//#if NORM
@group(0) @binding(6) var<storage, read> norms: array<f32>;
//#end
//#if LORA
@group(0) @binding(7) var<storage, read> lora: array<f32>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_heads(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  let heads = p.H + 2u * p.K;
  if (row >= p.lines * heads) { return; }
  let line = row / heads;
  let head = row % heads;
  let place = rows[line];
  let kind = select(select(0u, 1u, head >= p.H), 2u, head >= p.H + p.K);
  let own = head - select(select(0u, p.H, kind == 1u), p.H + p.K, kind == 2u);
  let at = line * p.ldy + head * p.D;
  //#if LORA
  let low = select(select(p.low_0, p.low_1, kind == 1u), p.low_2, kind == 2u);
  let b_at = select(select(p.b_0, p.b_1, kind == 1u), p.b_2, kind == 2u);
  //#end
  var squares = 0.0;
  //#if NORM
  if (kind < 2u) {
    for (var i = lane; i < p.D; i += ${LANES}u) {
      var v = y[at + i];
      //#if LORA
      v += adapted(line, low, b_at, own * p.D + i);
      //#end
      squares += v * v;
    }
  }
  squares = workgroup_sum2(vec2<f32>(squares, 0.0), lane).x;
  //#end
  if (place.y >= place.z) { return; }
  let rstd = inverseSqrt(squares / f32(p.D) + p.eps);
  let half = p.D / 2u;
  let to = select(line * p.H * p.D, (place.x * p.capacity + place.y) * p.K * p.D, kind > 0u)
    + select(0u, p.values, kind == 2u) + own * p.D;
  for (var i = lane; i < half; i += ${LANES}u) {
    var low_v = y[at + i];
    var high_v = y[at + half + i];
    //#if LORA
    low_v += adapted(line, low, b_at, own * p.D + i);
    high_v += adapted(line, low, b_at, own * p.D + half + i);
    //#end
    if (kind < 2u) {
      //#if NORM
      low_v = norms[kind * ${NORM_STRIDE}u + i] * (low_v * rstd);
      high_v = norms[kind * ${NORM_STRIDE}u + half + i] * (high_v * rstd);
      //#end
      //#if ROPE
      let turn = table[place.y * half + i];
      let turned = low_v * turn.x - high_v * turn.y;
      high_v = high_v * turn.x + low_v * turn.y;
      low_v = turned;
      //#end
    }
    if (kind == 0u) {
      q[to + i] = low_v;
      q[to + half + i] = high_v;
    } else {
      cache[to + i] = ${T_cache}(low_v);
      cache[to + half + i] = ${T_cache}(high_v);
    }
  }
}
//#end

//#if ENTRY == answer_attention
// out [line, H D] = softmax(q k^T / sqrt(D)) v over the line's own tokens, a row a head of a line. Scores stand in
// scratch [line, H, capacity]; then the LANES split the tokens into slices and the elements of a head among themselves.
struct Params { lines: u32, H: u32, K: u32, D: u32, capacity: u32, values: u32, alpha: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read> q: array<${V_f32}>;
@group(0) @binding(3) var<storage, read> cache: array<${V_cache}>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<${V_f32}>;

//#if LANES == 64
var<workgroup> slices: array<${V_f32}, 64>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_attention(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                    @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines * p.H) { return; }
  let line = row / p.H;
  let head = row % p.H;
  let place = rows[line];
  // A line that never began has nothing to see, and nobody looks at what it makes.
  let seen = max(1u, min(place.y + 1u, place.z));
  let parts = p.D / ${WIDE}u;
  let step = p.K * parts;
  let keys = place.x * p.capacity * step + head / (p.H / p.K) * parts;
  let values = p.values / ${WIDE}u + keys;
  let query = row * parts;
  let at = row * p.capacity;
  var best = -3.4e38;
  for (var t = lane; t < seen; t += ${LANES}u) {
    var sum = 0.0;
    for (var i = 0u; i < parts; i++) {
      //#if WIDE == 4
      sum += dot(q[query + i], vec4<f32>(cache[keys + t * step + i]));
      //#else
      sum += q[query + i] * f32(cache[keys + t * step + i]);
      //#end
    }
    sum *= p.alpha;
    scores[at + t] = sum;
    best = max(best, sum);
  }
  best = workgroup_max(best, lane);
  var total = 0.0;
  for (var t = lane; t < seen; t += ${LANES}u) {
    let e = exp(scores[at + t] - best);
    scores[at + t] = e;
    total += e;
  }
  total = workgroup_sum2(vec2<f32>(total, 0.0), lane).x;
  //#if LANES == 64
  storageBarrier();
  let across = min(parts, 64u);
  let split = 64u / across;
  for (var first = 0u; first < parts; first += across) {
    let i = first + lane % across;
    let slice = lane / across;
    var sum = ${V_f32}(0.0);
    if (i < parts && slice < split) {
      for (var t = slice; t < seen; t += split) { sum += scores[at + t] * ${V_f32}(cache[values + t * step + i]); }
    }
    slices[lane] = sum;
    workgroupBarrier();
    if (slice == 0u && i < parts) {
      for (var s = 1u; s < split; s++) { sum += slices[s * across + lane]; }
      out[query + i] = sum / total;
    }
    workgroupBarrier();
  }
  //#else
  for (var i = 0u; i < parts; i++) {
    var sum = ${V_f32}(0.0);
    for (var t = 0u; t < seen; t++) { sum += scores[at + t] * ${V_f32}(cache[values + t * step + i]); }
    out[query + i] = sum / total;
  }
  //#end
}
//#end

//#if ENTRY == answer_norm
// x_out = x + y, and its norm: the residual stream with what the block before it adds.
struct Params { lines: u32, C: u32, ldy: u32, eps: f32, rank: u32, scale: f32, low: u32, b: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> x_out: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
//#if LORA
@group(0) @binding(6) var<storage, read> lora: array<f32>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_norm(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines) { return; }
  let at = row * p.C;
  var squares = 0.0;
  for (var i = lane; i < p.C; i += ${LANES}u) {
    var v = x[at + i] + y[row * p.ldy + i];
    //#if LORA
    v += adapted(row, p.low, p.b, i);
    //#end
    x_out[at + i] = v;
    squares += v * v;
  }
  let rstd = inverseSqrt(workgroup_sum2(vec2<f32>(squares, 0.0), lane).x / f32(p.C) + p.eps);
  // Each invocation reads what it wrote itself.
  for (var i = lane; i < p.C; i += ${LANES}u) { out[at + i] = weight[i] * (x_out[at + i] * rstd); }
}
//#end

//#if ENTRY == answer_swiglu
// act [line, F] = silu(gate) up of both side by side in y.
struct Params {
  lines: u32, F: u32, ldy: u32, rank: u32, scale: f32, low_0: u32, low_1: u32, b_0: u32, b_1: u32
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> act: array<f32>;
//#if LORA
@group(0) @binding(3) var<storage, read> lora: array<f32>;
//#end

@compute @workgroup_size(64)
fn answer_swiglu(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                 @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  if (index >= p.lines * p.F) { return; }
  let line = index / p.F;
  let i = index % p.F;
  var gate = y[line * p.ldy + i];
  var up = y[line * p.ldy + p.F + i];
  //#if LORA
  gate += adapted(line, p.low_0, p.b_0, i);
  up += adapted(line, p.low_1, p.b_1, i);
  //#end
  act[index] = gate / (1.0 + exp(-gate)) * up;
}
//#end

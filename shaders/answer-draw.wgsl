// The next token of each line, drawn where the logits are: temperature, then the k largest, then the smallest set whose
// mass reaches p, then by a uniform of the host's. All of it in whole numbers, so that no order of sums and no compiler
// matters: every GPU, however it shares out the work, draws what the twin draws, and a line what it draws alone.
//
// key: how many numbers of f32 lie between a logit and the line's largest: 0 for that itself. What is kept is all keys
// below `tau`, and of those that equal it the first `ties`. tau is found eight bits at a time, by four levels of 256
// bins that count (top-k), then by four that weigh (top-p). Behind answer-choose.wgsl, whose `order_of` this needs.
struct Params {
  lines: u32, V: u32, chunks: u32, first: u32, level: u32, counts: u32, keep: u32, share: u32, scale: f32
}
@group(0) @binding(0) var<uniform> p: Params;
//#if ENTRY == answer_level || ENTRY == answer_sums || ENTRY == answer_draw
@group(0) @binding(1) var<storage, read> logits: array<u32>;
// [level, line] of two: (order of the largest logit, key's first bits, what is left to find), (tau, ties)
@group(0) @binding(2) var<storage, read_write> states: array<vec4<u32>>;
//#end

// Numbers of 64 bits: (low, high).
fn plus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let low = a.x + b.x;
  return vec2<u32>(low, a.y + b.y + select(0u, 1u, low < a.x));
}

fn minus(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  return vec2<u32>(a.x - b.x, a.y - b.y - select(0u, 1u, a.x < b.x));
}

fn is_below(a: vec2<u32>, b: vec2<u32>) -> bool { return a.y < b.y || (a.y == b.y && a.x < b.x); }

// a b / 2^32
fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let one = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (one & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (one >> 16u) + (other >> 16u);
}

fn times(a: vec2<u32>, b: u32) -> vec2<u32> { return vec2<u32>(a.x * b, a.y * b + high_product(a.x, b)); }

// a b / 2^32; what is left over is the low word of a.x b.
fn share_of(a: vec2<u32>, b: u32) -> vec2<u32> {
  return plus(vec2<u32>(a.y * b, high_product(a.y, b)), vec2<u32>(high_product(a.x, b), 0u));
}

// How many b at least reach a > 0: at most 2^19.
fn count_reaching(a: vec2<u32>, b: vec2<u32>) -> u32 {
  var rest = minus(a, vec2<u32>(1u, 0u));
  var count = 0u;
  for (var bit = 0u; bit < 19u; bit++) {
    let one = 1u << (18u - bit);
    let part = times(b, one);
    if (!is_below(rest, part)) {
      rest = minus(rest, part);
      count |= one;
    }
  }
  return count + 1u;
}

fn float_of(order: u32) -> f32 {
  return bitcast<f32>(select(~order, order & 0x7fffffffu, order >= 0x80000000u));
}

// (2^16 high + low) v / 2^32, at most two too little.
fn product_of(high: u32, low: u32, v: u32) -> u32 {
  return high * (v >> 16u) + ((high * (v & 0xffffu)) >> 16u) + ((low * (v >> 16u)) >> 16u);
}

// 2^45 exp((logit - largest) / temperature), rounded down: the power of two by shifting, the rest by a polynomial in
// 1/2^31, whose numbers the host has. The difference and its product with `scale` are rounded once each, as everywhere.
fn weight_of(top: u32, key: u32) -> vec2<u32> {
  let order = top - key;
  let power = u32(min((float_of(top) - float_of(order)) * p.scale, 2147483520.0));
  let whole = power >> 24u;
  let high = (power >> 8u) & 0xffffu;
  let low = (power << 8u) & 0xffffu;
  var v = ${C5}u - ((high * ${C6 / 4}u) >> 14u);
  v = ${C4}u - ((high * (v >> 6u)) >> 10u);
  v = ${C3}u - product_of(high, low, v);
  v = ${C2}u - product_of(high, low, v);
  v = ${C1}u - product_of(high, low, v);
  v = 0x80000000u - product_of(high, low, v);
  // -infinity has none. Without a branch: a software adapter works out both sides of each.
  v = select(v, 0u, whole > 45u || order <= 0x007fffffu);
  let is_large = whole < 14u;
  return vec2<u32>(
    select(v >> ((whole - 14u) & 31u), v << ((14u - whole) & 31u), is_large),
    select(0u, v >> ((18u + whole) & 31u), is_large));
}

struct State { top: u32, prefix: u32, left: vec2<u32>, tau: u32, ties: u32 }

//#if ENTRY == answer_level || ENTRY == answer_sums
@group(0) @binding(3) var<storage, read> best: array<vec2<u32>>;
//#if LEVELS
// [level, line, 256] of numbers of 64 bits
@group(0) @binding(4) var<storage, read_write> bins: array<atomic<u32>>;

fn in_bin(i: u32) -> vec2<u32> { return vec2<u32>(atomicLoad(&bins[i]), atomicLoad(&bins[i + 1u])); }

// What the bins of the level before say.
fn narrowed(line: u32, level: u32, before: State) -> State {
  var s = before;
  let at = ((level - 1u) * p.lines + line) * 512u;
  let depth = 24u - 8u * ((level - 1u) % 4u);
  if (level == p.counts + 1u) {
    var above = vec2<u32>(0u);
    for (var bin = 0u; bin < 256u; bin++) { above = plus(above, in_bin(at + 2u * bin)); }
    let each = weight_of(s.top, s.tau);
    let all = plus(above, times(each, s.ties));
    s.left = share_of(all, p.share);
    if (all.x * p.share != 0u || (s.left.x | s.left.y) == 0u) { s.left = plus(s.left, vec2<u32>(1u, 0u)); }
    if (is_below(above, s.left)) {
      s.ties = count_reaching(minus(s.left, above), each);
      s.left = vec2<u32>(0u);
    }
  }
  // Nothing left to find: the last of those that were counted already.
  if ((s.left.x | s.left.y) == 0u) { return s; }
  for (var bin = 0u; bin < 256u; bin++) {
    let held = in_bin(at + 2u * bin);
    if (!is_below(held, s.left)) {
      s.prefix |= bin << depth;
      break;
    }
    s.left = minus(s.left, held);
  }
  if (depth > 0u) { return s; }
  s.tau = s.prefix;
  s.prefix = 0u;
  if (level == p.counts) {
    s.ties = s.left.x;
  } else {
    s.ties = count_reaching(s.left, weight_of(s.top, s.tau));
    s.left = vec2<u32>(0u);
  }
  return s;
}
//#end

// Where a line stands before a level, kept for the next one by whoever has the line's first logits.
fn state_at(row: u32, lane: u32) -> State {
  let line = row / p.chunks;
  var s = State(0u, 0u, vec2<u32>(p.keep, 0u), 0xffffffffu, 0u);
  if (p.level == 0u) {
    for (var i = 0u; i < p.chunks; i++) { s.top = max(s.top, best[line * p.chunks + i].x); }
  }
  //#if LEVELS
  if (p.level > 0u) {
    let at = ((p.level - 1u) * p.lines + line) * 2u;
    let a = states[at];
    let b = states[at + 1u];
    s = narrowed(line, p.level, State(a.x, a.y, a.zw, b.x, b.y));
  }
  //#end
  if (row % p.chunks == 0u && lane == 0u) {
    let to = (p.level * p.lines + line) * 2u;
    states[to] = vec4<u32>(s.top, s.prefix, s.left);
    states[to + 1u] = vec4<u32>(s.tau, s.ties, 0u, 0u);
  }
  return s;
}
//#end

//#if ENTRY == answer_level
// Into the level's bins: how many (or, with MASS, what weight) of the keys that begin with the bits found so far.
fn add(at: u32, value: vec2<u32>) {
  let before = atomicAdd(&bins[at], value.x);
  let high = value.y + select(0u, 1u, before + value.x < before);
  if (high > 0u) { atomicAdd(&bins[at + 1u], high); }
}

//#if LANES == 64
var<workgroup> own: array<atomic<u32>, 512>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_level(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines * p.chunks) { return; }
  let line = row / p.chunks;
  let s = state_at(row, lane);
  let depth = 24u - 8u * (p.level % 4u);
  let bin_0 = (p.level * p.lines + line) * 512u;
  let is_over = depth < 24u && (s.left.x | s.left.y) == 0u;
  let to = select(min(row % p.chunks * ${CHUNK}u + ${CHUNK}u, p.V), 0u, is_over);
  for (var i = row % p.chunks * ${CHUNK}u + lane; i < to; i += ${LANES}u) {
    let key = s.top - order_of(logits[line * p.V + i]);
    if (depth < 24u && (key ^ s.prefix) >> (depth + 8u) != 0u) { continue; }
    let at = ((key >> depth) & 255u) * 2u;
    //#if MASS
    if (key >= s.tau) { continue; }
    let value = weight_of(s.top, key);
    if ((value.x | value.y) == 0u) { continue; }
    //#else
    let value = vec2<u32>(1u, 0u);
    //#end
    //#if LANES == 64
    let before = atomicAdd(&own[at], value.x);
    let high = value.y + select(0u, 1u, before + value.x < before);
    if (high > 0u) { atomicAdd(&own[at + 1u], high); }
    //#else
    add(bin_0 + at, value);
    //#end
  }
  //#if LANES == 64
  workgroupBarrier();
  for (var bin = lane; bin < 256u; bin += 64u) {
    let held = vec2<u32>(atomicLoad(&own[2u * bin]), atomicLoad(&own[2u * bin + 1u]));
    if ((held.x | held.y) != 0u) { add(bin_0 + 2u * bin, held); }
  }
  //#end
}
//#end

//#if LANES == 64 && ENTRY != answer_level
// Of each lane: weight of the keys below tau, how many equal it, 0.
var<workgroup> parts: array<vec4<u32>, 64>;
//#end

//#if ENTRY == answer_sums
// sums [line, chunks]: (weight of the keys below tau in every CHUNK of a row, how many equal it, 0).
@group(0) @binding(5) var<storage, read_write> sums: array<vec4<u32>>;

@compute @workgroup_size(${GROUP})
fn answer_sums(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines * p.chunks) { return; }
  let line = row / p.chunks;
  let s = state_at(row, lane);
  let to = min(row % p.chunks * ${CHUNK}u + ${CHUNK}u, p.V);
  var mass = vec2<u32>(0u);
  var ties = 0u;
  for (var i = row % p.chunks * ${CHUNK}u + lane; i < to; i += ${LANES}u) {
    let key = s.top - order_of(logits[line * p.V + i]);
    if (key < s.tau) { mass = plus(mass, weight_of(s.top, key)); }
    if (key == s.tau) { ties++; }
  }
  //#if LANES == 64
  parts[lane] = vec4<u32>(mass, ties, 0u);
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 1u; i < 64u; i++) {
    mass = plus(mass, parts[i].xy);
    ties += parts[i].z;
  }
  //#end
  sums[row] = vec4<u32>(mass, ties, 0u);
}
//#end

//#if ENTRY == answer_draw
// ids and tokens [first + line] = the token at which the weights of what is kept, added up by index, pass the uniform's
// share of them; the line moves on by one place. Where the largest logit is not finite, `tokens` is ~0 and the token
// stays.
@group(0) @binding(3) var<storage, read> sums: array<vec4<u32>>;
// In 1/2^32
@group(0) @binding(4) var<storage, read> uniforms: array<u32>;
@group(0) @binding(5) var<storage, read_write> rows: array<vec4<u32>>;
@group(0) @binding(6) var<storage, read_write> ids: array<i32>;
@group(0) @binding(7) var<storage, read_write> tokens: array<u32>;

@compute @workgroup_size(${GROUP})
fn answer_draw(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
               @builtin(local_invocation_index) invocation: u32) {
  let row = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (row >= p.lines) { return; }
  let line = p.first + row;
  let state = (p.level * p.lines + row) * 2u;
  let top = states[state].x;
  let tau = states[state + 1u].x;
  let each = weight_of(top, tau);
  var ties = states[state + 1u].y;
  var left = times(each, ties);
  for (var i = 0u; i < p.chunks; i++) { left = plus(left, sums[row * p.chunks + i].xy); }
  left = share_of(left, uniforms[line]);
  var chunk = 0u;
  for (; chunk < p.chunks - 1u; chunk++) {
    let sum = sums[row * p.chunks + chunk];
    let kept = min(ties, sum.z);
    let held = plus(sum.xy, times(each, kept));
    if (is_below(left, held)) { break; }
    left = minus(left, held);
    ties -= kept;
  }
  let end = min(chunk * ${CHUNK}u + ${CHUNK}u, p.V);
  var at = chunk * ${CHUNK}u;
  //#if LANES == 64
  var mass = vec2<u32>(0u);
  var equal = 0u;
  for (var i = at + lane * ${CHUNK / LANES}u; i < min(at + (lane + 1u) * ${CHUNK / LANES}u, end); i++) {
    let key = top - order_of(logits[row * p.V + i]);
    if (key < tau) { mass = plus(mass, weight_of(top, key)); }
    if (key == tau) { equal++; }
  }
  parts[lane] = vec4<u32>(mass, equal, 0u);
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var i = 0u; i < 63u; i++) {
    let kept = min(ties, parts[i].z);
    let held = plus(parts[i].xy, times(each, kept));
    if (is_below(left, held)) { break; }
    left = minus(left, held);
    ties -= kept;
    at += ${CHUNK / LANES}u;
  }
  //#end
  for (; at < end - 1u; at++) {
    let key = top - order_of(logits[row * p.V + at]);
    var held = vec2<u32>(0u);
    if (key < tau) { held = weight_of(top, key); }
    if (key == tau && ties > 0u) {
      held = each;
      ties--;
    }
    if (is_below(left, held)) { break; }
    left = minus(left, held);
  }
  let place = rows[line];
  rows[line] = vec4<u32>(place.x, min(place.y + 1u, place.z), place.zw);
  // From +infinity on, and -infinity alone.
  if (top >= 0xff800000u || top <= 0x007fffffu) {
    tokens[line] = 0xffffffffu;
    return;
  }
  tokens[line] = at;
  ids[line] = i32(at);
}
//#end

// Gradient norm and AdamW over flat pages of adapter parameters (f32, tensors padded with zeros to 64 elements).
// hyper: words of HYPER in src/ops/adamw.ts, each computed in f64 and rounded once, as torch's scalars are.

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
// grad_norm = sqrt(sum of partials), clip = factor as torch's clip_grad_norm_ takes it; -1 with a norm that is
// not finite, so that the update is skipped and the adapter and its states keep their last good values. A -1 stays
// until the host clears it: the next window may be queued before anybody has read of the failure.
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
    let max_norm = hyper[HYPER_MAX_NORM];
    var clip = 1.0;
    if (max_norm > 0.0) { clip = min(1.0, max_norm / (norm + 1e-6)); }
    // Bit tests instead of comparisons: WGSL may assume that there is no NaN or infinity.
    let finite = (bitcast<u32>(norm) & 0x7f800000u) != 0x7f800000u
              && (bitcast<u32>(stats[STATS_LOSS]) & 0x7f800000u) != 0x7f800000u;
    stats[STATS_GRAD_NORM] = norm;
    stats[STATS_CLIP] = select(-1.0, clip, finite && stats[STATS_CLIP] >= 0.0);
  }
}
//#end

//#if ENTRY == adamw || ENTRY == adamw_8bit
// AdamW over blocks of up to 256 elements of one tensor each. `blocks` says where a block's elements stand in the page:
// (first element / 64) << 9 | count. `state` holds one record a block, from the first block of this dispatch on.
struct Params { first: u32, blocks: u32, zero: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> hyper: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<f32>;
@group(0) @binding(3) var<storage, read> blocks: array<u32>;
@group(0) @binding(4) var<storage, read_write> param: array<f32>;
@group(0) @binding(5) var<storage, read_write> grad: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<u32>;

// A value that the compiler cannot see through (`zero` is 0): WGSL lets it fuse a product into a sum, which would round
// differently on every device.
fn own(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ p.zero); }

// a + b and what its rounding left out (Knuth).
fn two_sum(a: f32, b: f32) -> vec2<f32> {
  let sum = own(a + b);
  let part = own(sum - a);
  return vec2<f32>(sum, (a - own(sum - part)) + (b - part));
}

// a * b + c rounded once. WGSL's fma() may round twice; torch's vector code does not. Dekker's product, then Boldo and
// Melquiond's sum of three with the tail rounded to odd. Exact while the product stays above 1e-31.
fn fused(a: f32, b: f32, c: f32) -> f32 {
  let high = own(a * b);
  let a1 = bitcast<f32>(bitcast<u32>(a) & 0xfffff000u);
  let b1 = bitcast<f32>(bitcast<u32>(b) & 0xfffff000u);
  let a2 = own(a - a1);
  let b2 = own(b - b1);
  let low = a2 * b2 - own(own(own(high - a1 * b1) - a2 * b1) - a1 * b2);
  let t = two_sum(c, low);
  let v = two_sum(high, t.x);
  let z = two_sum(t.y, v.y);
  var bits = bitcast<u32>(z.x);
  if (z.y != 0.0 && (bits & 1u) == 0u) { bits = select(bits - 1u, bits + 1u, (z.y > 0.0) == (z.x > 0.0)); }
  return own(v.x + bitcast<f32>(bits));
}

// a / b for b > 0, rounded correctly: WGSL's division may be 2.5 units off. The quotient of the significands is
// estimated, then corrected by its exact remainder, of which 32 bits are enough.
fn divide(a: f32, b: f32) -> f32 {
  let a_bits = bitcast<u32>(a);
  let b_bits = bitcast<u32>(b);
  let a_part = (a_bits & 0x7fffffu) | 0x800000u;
  let b_part = (b_bits & 0x7fffffu) | 0x800000u;
  let shift = select(24u, 23u, a_part >= b_part);
  let exponent = i32((a_bits >> 23u) & 255u) - i32((b_bits >> 23u) & 255u) + 150 - i32(shift);
  let is_plain = (a_bits & 0x7f800000u) != 0u && (b_bits & 0x7f800000u) != 0u;
  if (!is_plain || exponent <= 0 || exponent >= 255) { return a / b; }
  var q = u32(f32(a_part) / f32(b_part) * f32(1u << shift));
  var rest = i32((a_part << shift) - q * b_part);
  let unit = i32(b_part);
  let off = i32(floor(f32(rest) / f32(unit)));
  q += u32(off);
  rest -= off * unit;
  if (rest < 0) { q -= 1u; rest += unit; }
  if (rest >= unit) { q += 1u; rest -= unit; }
  if (2 * rest > unit || (2 * rest == unit && (q & 1u) == 1u)) { q += 1u; }
  return bitcast<f32>((a_bits & 0x80000000u) | ((u32(exponent) << 23u) + (q - 0x800000u)));
}

// sqrt(x) for x >= 0, rounded correctly, in the same way.
fn root(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7f800000u) == 0u) { return sqrt(x); }
  let part = (bits & 0x7fffffu) | 0x800000u;
  let scale = i32(bits >> 23u) - 150;
  let shift = 23u + (u32(scale - 23) & 1u);
  var q = u32(sqrt(f32(part) * f32(1u << shift)));
  var rest = i32((part << shift) - q * q);
  let off = i32(floor(f32(rest) / f32(2u * q + 1u)));
  rest -= off * (i32(2u * q) + off);
  q += u32(off);
  if (rest < 0) { q -= 1u; rest += i32(2u * q + 1u); }
  if (rest > i32(2u * q)) { rest -= i32(2u * q + 1u); q += 1u; }
  if (rest > i32(q)) { q += 1u; }
  return bitcast<f32>((u32((scale - i32(shift)) / 2 + 150) << 23u) + (q - 0x800000u));
}

fn next_m(m: f32, g: f32) -> f32 {
  //#if FORMULA == torch
  return fused(hyper[HYPER_REST1], own(g - m), m);
  //#else
  return fused(g, hyper[HYPER_REST1], own(m * hyper[HYPER_BETA1]));
  //#end
}

fn next_v(v: f32, g: f32) -> f32 {
  return fused(own(hyper[HYPER_REST2] * g), g, own(v * hyper[HYPER_BETA2]));
}

fn next_param(x: f32, m: f32, v: f32) -> f32 {
  let decayed = own(x * hyper[HYPER_DECAY]);
  //#if FORMULA == bnb32
  return fused(hyper[HYPER_SMALL_STEP], divide(m, own(root(v) + hyper[HYPER_SMALL_EPS])), decayed);
  //#else
  let below = own(divide(root(v), hyper[HYPER_CORRECTION2]) + hyper[HYPER_EPS]);
  return decayed + divide(own(hyper[HYPER_STEP] * m), below);
  //#end
}
//#end

//#if ENTRY == adamw
// f32 states: a record is 256 m, 256 v. An invocation an element; clears the gradient for the next window.
@compute @workgroup_size(64)
fn adamw(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
         @builtin(local_invocation_index) invocation: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + invocation;
  let block = index / 256u;
  let j = index % 256u;
  if (block >= p.blocks) { return; }
  let entry = blocks[p.first + block];
  if (j >= (entry & 511u)) { return; }
  let i = (entry >> 9u) * 64u + j;
  let at = block * 512u + j;
  let clip = stats[STATS_CLIP];
  if (clip >= 0.0) {
    let g = own(grad[i] * clip);
    let m = next_m(bitcast<f32>(state[at]), g);
    let v = next_v(bitcast<f32>(state[at + 256u]), g);
    param[i] = next_param(param[i], m, v);
    state[at] = bitcast<u32>(m);
    state[at + 256u] = bitcast<u32>(v);
  }
  grad[i] = 0.0;
}
//#end

//#if ENTRY == adamw_8bit
// 8-bit states: a record is 64 words of m's codes, 64 of v's (first element in the low byte), absmax of m, absmax of v.
// `maps`: signed map, unsigned map (f32 bits), then for each the codes of 65536 steps over [-1, 1], four a word.
@group(0) @binding(7) var<storage, read> maps: array<u32>;

const RECORD = 130u;

fn moments(word_m: u32, word_v: u32, j: u32, absmax: vec2<f32>, g: f32) -> vec2<f32> {
  let m = own(bitcast<f32>(maps[(word_m >> (8u * j)) & 255u]) * absmax.x);
  let v = own(bitcast<f32>(maps[256u + ((word_v >> (8u * j)) & 255u)]) * absmax.y);
  return vec2<f32>(next_m(m, g), next_v(v, g));
}

// The code of a value scaled into [-1, 1]: bitsandbytes' CPU library cuts that range into 65536 steps.
fn code_of(scaled: f32, first: u32) -> u32 {
  let step = u32(own(own(own(clamp(scaled, -1.0, 1.0) + 1.0) * 32767.5) + 0.5));
  return (maps[first + step / 4u] >> (8u * (step % 4u))) & 255u;
}

@compute @workgroup_size(${GROUP})
fn adamw_8bit(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
              @builtin(local_invocation_index) invocation: u32) {
  let block = row_of(wid.y * groups.x + wid.x, invocation);
  let lane = lane_of(invocation);
  if (block >= p.blocks) { return; }
  let entry = blocks[p.first + block];
  let origin = (entry >> 9u) * 64u;
  let count = entry & 511u;
  let record = block * RECORD;
  let clip = stats[STATS_CLIP];
  let old = vec2<f32>(bitcast<f32>(state[record + 128u]), bitcast<f32>(state[record + 129u]));

  // New moments twice instead of keeping 256 of them: the largest of each first, then codes against it.
  var best = vec2<f32>(0.0);
  for (var w = lane; w * 4u < count; w += ${LANES}u) {
    let words = vec2<u32>(state[record + w], state[record + 64u + w]);
    for (var j = 0u; j < 4u && w * 4u + j < count; j++) {
      best = max(best, abs(moments(words.x, words.y, j, old, own(grad[origin + w * 4u + j] * clip))));
    }
  }
  let absmax = vec2<f32>(workgroup_max(best.x, lane), workgroup_max(best.y, lane));
  let inverse = vec2<f32>(divide(1.0, absmax.x), divide(1.0, absmax.y));
  for (var w = lane; w * 4u < count; w += ${LANES}u) {
    let words = vec2<u32>(state[record + w], state[record + 64u + w]);
    var codes = vec2<u32>(0u);
    for (var j = 0u; j < 4u && w * 4u + j < count; j++) {
      let i = origin + w * 4u + j;
      let new_moments = moments(words.x, words.y, j, old, own(grad[i] * clip));
      if (clip >= 0.0) { param[i] = next_param(param[i], new_moments.x, new_moments.y); }
      grad[i] = 0.0;
      if (absmax.x > 0.0) { codes.x |= code_of(own(new_moments.x * inverse.x), 512u) << (8u * j); }
      if (absmax.y > 0.0) { codes.y |= code_of(own(new_moments.y * inverse.y), 16896u) << (8u * j); }
    }
    if (clip >= 0.0) {
      state[record + w] = codes.x;
      state[record + 64u + w] = codes.y;
    }
  }
  if (lane == 0u && clip >= 0.0) {
    state[record + 128u] = bitcast<u32>(absmax.x);
    state[record + 129u] = bitcast<u32>(absmax.y);
  }
}
//#end

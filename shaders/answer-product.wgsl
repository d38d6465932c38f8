// Products of answers: ROWS rows x [.., K], one of each line, against weights [N, K]. An invocation keeps R outputs of
// every row, so that a weight is decoded once for all lines; LANES invocations share them along K and add their parts
// in the order of the lanes. Nothing of a row depends on the other rows or on ROWS: a line has the same bits alone and
// among others.
//
// Which kinds of weights, FROM..TO: 0 NF4, up to three that share x (q, k, v; gate and up) in one buffer, their outputs
// side by side in y; 1 rows of floats: a head, a linear that is not quantised, or behind NF4 the A of adapters (`rank`
// rows each), whose products the next kernel multiplies by B.
// VECTOR: K is a multiple of 8, so a word of codes lies within a row. SHARE: that many neighbours in a subgroup read x
// side by side and hand it round (LANES is 1). VALUES: 0 tree of selects, 1 table in workgroup memory, 2 handed round.

struct Params {
  K: u32, N: u32, n_1: u32, n_2: u32, groups: u32, ldy: u32, first: u32,
  code_0: u32, code_1: u32, code_2: u32, absmax_0: u32, absmax_1: u32, absmax_2: u32,
  nested_0: u32, nested_1: u32, nested_2: u32, offset_0: f32, offset_1: f32, offset_2: f32,
  bias_0: u32, bias_1: u32, bias_2: u32,
  low_N: u32, low_first: u32, rank: u32, float_0: u32, float_1: u32, float_2: u32
}
@group(0) @binding(0) var<uniform> p: Params;
//#if VECTOR
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
//#else
@group(0) @binding(1) var<storage, read> x: array<f32>;
//#end
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
//#if NF4
@group(0) @binding(3) var<storage, read> weight: array<u32>;
//#end
//#if FLOATS
//#if T_floats == f32
//#if VECTOR
@group(0) @binding(4) var<storage, read> floats: array<vec4<f32>>;
//#else
@group(0) @binding(4) var<storage, read> floats: array<f32>;
//#end
//#else
//#if VECTOR
@group(0) @binding(4) var<storage, read> floats: array<vec4<u32>>;
//#else
@group(0) @binding(4) var<storage, read> floats: array<u32>;
//#end
//#end
//#end
//#if BIAS
@group(0) @binding(5) var<storage, read> bias: array<f32>;
//#end

//#if NF4
const VALUES = array<f32, 16>(
  -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0);

//#if VALUES == 1
var<workgroup> values: array<f32, 16>;
fn decoded(c: vec4<u32>) -> vec4<f32> { return vec4<f32>(values[c.x], values[c.y], values[c.z], values[c.w]); }
//#end
//#if VALUES == 0
fn decoded(c: vec4<u32>) -> vec4<f32> {
  let b0 = (c & vec4<u32>(1u)) != vec4<u32>(0u);
  let b1 = (c & vec4<u32>(2u)) != vec4<u32>(0u);
  let b2 = (c & vec4<u32>(4u)) != vec4<u32>(0u);
  //#for i in 0..8
  let v_${i} = select(vec4<f32>(VALUES[${i * 2}]), vec4<f32>(VALUES[${i * 2 + 1}]), b0);
  //#end
  let low = select(select(v_0, v_1, b1), select(v_2, v_3, b1), b2);
  let high = select(select(v_4, v_5, b1), select(v_6, v_7, b1), b2);
  return select(low, high, c > vec4<u32>(7u));
}
//#end

// Elements 0..3 and 4..7 of a word; the even one of a byte is in its high nibble.
fn low_codes(word: u32) -> vec4<u32> {
  return vec4<u32>((word >> 4u) & 15u, word & 15u, (word >> 12u) & 15u, (word >> 8u) & 15u);
}
fn high_codes(word: u32) -> vec4<u32> { return low_codes(word >> 16u); }

fn scale_of(block: u32, absmax_at: u32, nested_at: u32, offset: f32) -> f32 {
  //#if NESTED
  let code = (weight[absmax_at + block / 4u] >> (8u * (block & 3u))) & 255u;
  // The map of the codes stands before the nested scales.
  return bitcast<f32>(weight[nested_at - 256u + code]) * bitcast<f32>(weight[nested_at + block / 256u]) + offset;
  //#else
  return bitcast<f32>(weight[absmax_at + block]);
  //#end
}
//#end

//#if FLOATS && T_floats == bf16
fn pair_of(bits: u32) -> vec2<f32> { return vec2<f32>(bitcast<f32>(bits << 16u), bitcast<f32>(bits & 0xffff0000u)); }
//#end
//#if FLOATS && T_floats == half
fn pair_of(bits: u32) -> vec2<f32> { return unpack2x16float(bits); }
//#end

//#if LANED
var<workgroup> parts: array<f32, ${GROUP * R * ROWS}>;
//#end

@compute @workgroup_size(${GROUP})
fn answer_product(
  @builtin(workgroup_id) wid: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  //#if SUBGROUPS
  @builtin(subgroup_invocation_id) place: u32,
  //#end
  @builtin(local_invocation_index) lane: u32,
) {
  let group = wid.y * groups.x + wid.x;
  let line = wid.z * ${ROWS}u;
  let part = lane % ${LANES}u;
  //#if NF4
  //#if VALUES == 1
  for (var i = lane; i < 16u; i += ${GROUP}u) { values[i] = VALUES[i]; }
  workgroupBarrier();
  //#end
  //#if VALUES == 2
  let value_low = VALUES[place % 8u];
  let value_high = VALUES[place % 8u + 8u];
  //#end
  //#end
  //#for i in 0..R
  //#for b in 0..ROWS
  var sum_${i}_${b} = 0.0;
  //#end
  //#end
  //#for source in FROM..TO
  //#if source == 0
  // The first `groups` workgroups.
  let own_0 = group < p.groups;
  let slot_0 = group * ${GROUP / LANES}u + lane / ${LANES}u;
  //#else
  let own_1 = group >= p.groups;
  let slot_1 = (group - p.groups) * ${GROUP / LANES}u + lane / ${LANES}u;
  //#end
  if (own_${source}) {
    //#if source == 0
    let row = min(slot_0 * ${R}u, p.N - ${R}u);
    let is_1 = row >= p.n_1;
    let is_2 = row >= p.n_2;
    let code_at = select(select(p.code_0, p.code_1, is_1), p.code_2, is_2);
    let absmax_at = select(select(p.absmax_0, p.absmax_1, is_1), p.absmax_2, is_2);
    let nested_at = select(select(p.nested_0, p.nested_1, is_1), p.nested_2, is_2);
    let offset = select(select(p.offset_0, p.offset_1, is_1), p.offset_2, is_2);
    let own_row = row - select(select(0u, p.n_1, is_1), p.n_2, is_2);
    //#for i in 0..R
    let at_${i} = (own_row + ${i}u) * p.K;
    //#end
    //#else
    //#for i in 0..R
    let row_${i} = min(slot_1 * ${R}u + ${i}u, p.low_N - 1u);
    let which_${i} = row_${i} / p.rank;
    let at_${i} = select(select(p.float_0, p.float_1, which_${i} == 1u), p.float_2, which_${i} == 2u)
      + (row_${i} - which_${i} * p.rank) * p.K;
    //#end
    //#end
    //#if VECTOR
    let words = p.K / 8u;
    for (var u = 0u; u < words; u += ${LANES * UNIT}u) {
      let w0 = u + part * ${UNIT}u;
      //#if SHARE
      //#for b in 0..ROWS
      let x_${b} = x[min(((line + ${b}u) * words + w0) * 2u + place % ${SHARE}u, (line + ${b + 1}u) * words * 2u - 1u)];
      //#end
      //#end
      //#if NF4 && source == 0
      //#for i in 0..R
      var held_${i} = 0.0;
      //#end
      //#end
      //#for q in 0..UNIT
      {
        // Beyond the end a weight is zero; control flow stays uniform for what is handed round.
        let word = min(w0 + ${q}u, words - 1u);
        let live = select(0.0, 1.0, w0 + ${q}u < words);
        //#for i in 0..R
        //#if source == 0
        let codes_${i} = weight[code_at + at_${i} / 8u + word];
        //#if VALUES == 2
        let low_${i} = low_codes(codes_${i});
        let high_${i} = high_codes(codes_${i});
        //#for h in 0..2
        //#for e in 0..4
        //#if h == 0
        let v_${i}_${h}_${e} = select(subgroupShuffle(value_low, low_${i}[${e}] & 7u),
          subgroupShuffle(value_high, low_${i}[${e}] & 7u), low_${i}[${e}] > 7u);
        //#else
        let v_${i}_${h}_${e} = select(subgroupShuffle(value_low, high_${i}[${e}] & 7u),
          subgroupShuffle(value_high, high_${i}[${e}] & 7u), high_${i}[${e}] > 7u);
        //#end
        //#end
        //#end
        let low_of_${i} = vec4<f32>(v_${i}_0_0, v_${i}_0_1, v_${i}_0_2, v_${i}_0_3);
        let high_of_${i} = vec4<f32>(v_${i}_1_0, v_${i}_1_1, v_${i}_1_2, v_${i}_1_3);
        //#else
        let low_of_${i} = decoded(low_codes(codes_${i}));
        let high_of_${i} = decoded(high_codes(codes_${i}));
        //#end
        // SCALE words from here lie in one block.
        //#if q % SCALE == 0
        held_${i} = live * scale_of((at_${i} / 8u + word) / 8u, absmax_at, nested_at, offset);
        //#end
        let a_${i} = low_of_${i} * held_${i};
        let b_${i} = high_of_${i} * held_${i};
        //#else
        //#if T_floats == f32
        let a_${i} = floats[at_${i} / 4u + word * 2u] * live;
        let b_${i} = floats[at_${i} / 4u + word * 2u + 1u] * live;
        //#else
        let bits_${i} = floats[at_${i} / 8u + word];
        let a_${i} = vec4<f32>(pair_of(bits_${i}.x), pair_of(bits_${i}.y)) * live;
        let b_${i} = vec4<f32>(pair_of(bits_${i}.z), pair_of(bits_${i}.w)) * live;
        //#end
        //#end
        //#end
        //#for b in 0..ROWS
        //#if SHARE
        let low_x_${b} = subgroupBroadcast(x_${b}, ${q * 2}u);
        let high_x_${b} = subgroupBroadcast(x_${b}, ${q * 2 + 1}u);
        //#else
        let low_x_${b} = x[((line + ${b}u) * words + word) * 2u];
        let high_x_${b} = x[((line + ${b}u) * words + word) * 2u + 1u];
        //#end
        //#for i in 0..R
        sum_${i}_${b} += dot(a_${i}, low_x_${b}) + dot(b_${i}, high_x_${b});
        //#end
        //#end
      }
      //#end
    }
    //#else
    for (var k = part; k < p.K; k += ${LANES}u) {
      //#for i in 0..R
      let e_${i} = at_${i} + k;
      //#if source == 0
      let shift_${i} = 8u * (e_${i} % 8u / 2u) + select(4u, 0u, (e_${i} & 1u) == 1u);
      let code_${i} = (weight[code_at + e_${i} / 8u] >> shift_${i}) & 15u;
      let w_${i} = decoded(vec4<u32>(code_${i})).x * scale_of(e_${i} / 64u, absmax_at, nested_at, offset);
      //#else
      //#if T_floats == f32
      let w_${i} = floats[e_${i}];
      //#else
      let w_${i} = pair_of(floats[e_${i} / 2u] >> (16u * (e_${i} & 1u))).x;
      //#end
      //#end
      //#for b in 0..ROWS
      sum_${i}_${b} += w_${i} * x[(line + ${b}u) * p.K + k];
      //#end
      //#end
    }
    //#end
  }
  //#end
  //#if BOTH
  let is_low = group >= p.groups;
  let to = select(p.first, p.low_first, is_low);
  let count = select(p.N, p.low_N, is_low);
  let before = select(0u, p.groups, is_low);
  //#else
  let to = p.first;
  let count = p.N;
  let before = 0u;
  //#end
  //#if LANED
  //#for i in 0..R
  //#for b in 0..ROWS
  parts[${b * R + i}u * ${GROUP}u + lane] = sum_${i}_${b};
  //#end
  //#end
  workgroupBarrier();
  for (var o = lane; o < ${GROUP / LANES * R * ROWS}u; o += ${GROUP}u) {
    let which = o % ${R * ROWS}u;
    let slot = o / ${R * ROWS}u;
    let n = ((group - before) * ${GROUP / LANES}u + slot) * ${R}u + which % ${R}u;
    if (n < count) {
      let from_lane = which * ${GROUP}u + slot * ${LANES}u;
      var total = parts[from_lane];
      for (var l = 1u; l < ${LANES}u; l++) { total += parts[from_lane + l]; }
      y[(line + which / ${R}u) * p.ldy + to + n] = biased(total, n, before);
    }
  }
  //#else
  let n0 = ((group - before) * ${GROUP}u + lane) * ${R}u;
  //#for i in 0..R
  if (n0 + ${i}u < count) {
    //#for b in 0..ROWS
    y[(line + ${b}u) * p.ldy + to + n0 + ${i}u] = biased(sum_${i}_${b}, n0 + ${i}u, before);
    //#end
  }
  //#end
  //#end
}

// `before`: 0 for the weights themselves; what adapters add has no bias.
fn biased(sum: f32, n: u32, before: u32) -> f32 {
  //#if BIAS
  let is_1 = n >= p.n_1;
  let is_2 = n >= p.n_2;
  let own = n - select(select(0u, p.n_1, is_1), p.n_2, is_2);
  let at = select(select(p.bias_0, p.bias_1, is_1), p.bias_2, is_2) + own;
  if (before == 0u) { return sum + bias[at]; }
  //#end
  return sum;
}

// What goes before the product of a group of adapted linears, in one dispatch: workgroups below row_groups work on rows
// of the product's left side, the others unpack the weights into `slab`, its right side (without W0 there are none: the
// product decodes them itself, or there is no product). The adapter's part rides along
// with the product: forward, the rows are [x | low] and the slab [W | scale B], backward the rows are [dy | dlow] and
// the slab W above A; so y = x W^T + scale low B^T and dx = dy W + dlow A are one product each.
//
// A workgroup takes 4 rows: first what makes them (SOURCE: what is there, SwiGLU, or the way back through SwiGLU or
// rope), then the low products, 8 columns to a share of LANES / KS; KS invocations split the sum and add their parts up
// by halves, so that the order is fixed by the sizes alone. SUBGROUPS: a workgroup is within one subgroup, whose lanes
// hand their parts round without a barrier; the same sums in the same order.

struct Params {
  M: u32, N: u32, K: u32,
  // Elements from row to row of the rows, of the slab, and of the joined gate and up.
  pitch: u32, slab_pitch: u32, gate_pitch: u32,
  // Workgroups that take rows, and the pieces of the slab that an invocation of the others takes.
  row_groups: u32, pieces: u32,
  // Rows of the matrix to unpack, the slab's row of the first, and whether A follows them.
  first: u32, count: u32, slab_row: u32, tail: u32,
  rank: u32, parts: u32,
  // Columns beside K (forward) or N (backward): parts * rank, and zeros up to a multiple of 4.
  extra: u32,
  passes: u32,
  scale: f32, threshold: u32, kept: f32,
  heads: u32, D: u32,
  from0: u32, from1: u32, from2: u32, to0: u32, to1: u32, to2: u32,
  a0: u32, a1: u32, a2: u32, b0: u32, b1: u32, b2: u32,
  site0: u32, site1: u32, site2: u32,
  start0: u32, start1: u32, start2: u32, end0: u32, end1: u32, end2: u32,
  code0: u32, code1: u32, code2: u32,
  absmax0: u32, absmax1: u32, absmax2: u32,
  nested0: u32, nested1: u32, nested2: u32,
  offset0: f32, offset1: f32, offset2: f32,
}
@group(0) @binding(0) var<uniform> p: Params;
//#if W0
@group(0) @binding(1) var<storage, read> w0: array<u32>;
//#end
//#if W1
@group(0) @binding(2) var<storage, read> w1: array<u32>;
//#end
//#if W2
@group(0) @binding(3) var<storage, read> w2: array<u32>;
//#end
//#if ADAPTED
@group(0) @binding(4) var<storage, read> page: array<${VECTOR}>;
//#end
//#if W0
@group(0) @binding(5) var<storage, read_write> slab: array<${VECTOR}>;
//#end
//#if ROWS
@group(0) @binding(6) var<storage, read_write> x: array<${X_ELEMENT}>;
//#end
//#if LOW
@group(0) @binding(7) var<storage, read_write> low: array<${VECTOR}>;
//#end
//#if DROPOUT
@group(0) @binding(8) var<storage, read> run: array<u32>;
//#end
//#if SOURCE == swiglu
@group(0) @binding(9) var<storage, read> gate_up: array<${GATE_ELEMENT}>;
//#end
//#if SOURCE == swiglu_back
@group(0) @binding(9) var<storage, read_write> dact: array<${VECTOR}>;
//#end
//#if KEPT
@group(0) @binding(10) var<storage, read> gate_up: array<${GATE_ELEMENT}>;
//#end
//#if SOURCE == rope_back
@group(0) @binding(9) var<storage, read> positions: array<i32>;
@group(0) @binding(10) var<storage, read> table: array<${TABLE_ELEMENT}>;
//#end

//#if W0
// Piece u of the slab: ${PIECE} elements of the weights, then vectors (or elements) of what stands beside them.
fn unpack(u: u32) {
  //#if V
  let wide_k = p.K / ${PIECE}u;
  let pieces = p.count * wide_k;
  if (u < pieces) {
    let row = u / wide_k;
    let k = (u - row * wide_k) * ${PIECE}u;
    let n = p.first + row;
    let at = ((p.slab_row + row) * p.slab_pitch + k) / 4u;
    //#if PIECE == 64
    // A block of NF4: its scale is read once. One value at a time, which SwiftShader keeps in registers.
    var scale = 0.0;
    var which = 0u;
    var word = 0u;
    //#for i in 0..3
    //#if W${i}
    if (n >= p.start${i} && n < p.end${i}) {
      let block = ((n - p.start${i}) * p.K + k) / 64u;
      scale = scale_${i}(block);
      which = ${i}u;
      word = p.code${i} + block * 8u;
    }
    //#end
    //#end
    for (var j = 0u; j < 8u; j++) {
      var codes = 0u;
      //#for i in 0..3
      //#if W${i}
      if (which == ${i}u) { codes = w${i}[word + j]; }
      //#end
      //#end
      //#for h in 0..2
      slab[at + j * 2u + ${h}u] = vec4<f32>(
        nf4_value((codes >> ${16 * h + 4}u) & 15u) * scale,
        nf4_value((codes >> ${16 * h}u) & 15u) * scale,
        nf4_value((codes >> ${16 * h + 12}u) & 15u) * scale,
        nf4_value((codes >> ${16 * h + 8}u) & 15u) * scale);
      //#end
    }
    //#else
    var v = Eight(vec4<f32>(0.0), vec4<f32>(0.0));
    //#for i in 0..3
    //#if W${i}
    if (n >= p.start${i} && n < p.end${i}) { v = eight_${i}((n - p.start${i}) * p.K + k); }
    //#end
    //#end
    slab[at] = v.low;
    slab[at + 1u] = v.high;
    //#end
    return;
  }
  //#if ADAPTED
  let t = u - pieces;
  //#if BACKWARD
  let wide = p.K / 4u;
  if (p.tail == 0u || t >= p.extra * wide) { return; }
  slab[(p.slab_row + p.count + t / wide) * (p.slab_pitch / 4u) + t % wide] = beside(t % wide * 4u, t / wide);
  //#else
  let wide = p.extra / 4u;
  if (t >= p.count * wide) { return; }
  slab[(p.slab_row + t / wide) * (p.slab_pitch / 4u) + p.K / 4u + t % wide] = beside(p.first + t / wide, t % wide * 4u);
  //#end
  //#end
  //#else
  let elements = p.count * p.K;
  let pieces = (elements + 7u) / 8u;
  if (u < pieces) {
    for (var e = u * 8u; e < min(u * 8u + 8u, elements); e++) {
      let row = e / p.K;
      let n = p.first + row;
      var v = 0.0;
      //#for i in 0..3
      //#if W${i}
      if (n >= p.start${i} && n < p.end${i}) { v = one_${i}((n - p.start${i}) * p.K + e % p.K); }
      //#end
      //#end
      slab[(p.slab_row + row) * p.slab_pitch + e % p.K] = v;
    }
    return;
  }
  //#if ADAPTED
  let t = u - pieces;
  //#if BACKWARD
  if (p.tail == 0u || t >= p.extra * p.K) { return; }
  slab[(p.slab_row + p.count + t / p.K) * p.slab_pitch + t % p.K] = beside(t % p.K, t / p.K);
  //#else
  if (t >= p.count * p.extra) { return; }
  slab[(p.slab_row + t / p.extra) * p.slab_pitch + p.K + t % p.extra] = beside(p.first + t / p.extra, t % p.extra);
  //#end
  //#end
  //#end
}

//#end

//#if ROWS
// Makes rows m0 to m0 + 3 of the left side, ${WIDE} elements at a time.
fn make_rows(m0: u32, lane: u32) {
  //#if SOURCE == swiglu
  let wide = p.K / ${WIDE}u;
  for (var t = lane; t < 4u * wide; t += ${LANES}u) {
    let m = m0 + t / wide;
    let k = t % wide;
    if (m < p.M) {
      let at = m * p.gate_pitch / ${WIDE}u + k;
      let g = ${VECTOR}(gate_up[at]);
      x[m * p.pitch / ${WIDE}u + k] = ${X_ELEMENT}(g / (1.0 + exp(-g)) * ${VECTOR}(gate_up[at + wide]));
    }
  }
  //#end
  //#if SOURCE == swiglu_back
  // N is gate and up side by side; what the product left in dact becomes the activation again, for A's gradient.
  let wide = p.N / 2u / ${WIDE}u;
  for (var t = lane; t < 4u * wide; t += ${LANES}u) {
    let m = m0 + t / wide;
    let k = t % wide;
    if (m < p.M) {
      let at = m * p.pitch / ${WIDE}u + k;
      //#if KEPT
      let kept = m * p.gate_pitch / ${WIDE}u + k;
      let g = ${VECTOR}(gate_up[kept]);
      let u = ${VECTOR}(gate_up[kept + wide]);
      //#else
      let g = x[at];
      let u = x[at + wide];
      //#end
      let d = dact[m * wide + k];
      let sigma = 1.0 / (1.0 + exp(-g));
      x[at] = d * u * sigma * (1.0 + g * (1.0 - sigma));
      x[at + wide] = d * g * sigma;
      dact[m * wide + k] = g * sigma * u;
    }
  }
  //#end
  //#if SOURCE == rope_back
  let half = p.D / 2u;
  let wide = half / ${WIDE}u;
  for (var t = lane; t < 4u * p.heads * wide; t += ${LANES}u) {
    let m = m0 + t / (p.heads * wide);
    if (m < p.M) {
      let head = t / wide % p.heads;
      let i = t % wide;
      let at = (m * p.pitch + head * p.D) / ${WIDE}u + i;
      let angle = u32(positions[m]) * half + i * ${WIDE}u;
      //#if V
      let t_0 = table[angle / 2u];
      let t_1 = table[angle / 2u + 1u];
      let turn_cos = vec4<f32>(t_0.x, t_0.z, t_1.x, t_1.z);
      let turn_sin = vec4<f32>(t_0.y, t_0.w, t_1.y, t_1.w);
      //#else
      let turn_cos = table[angle].x;
      let turn_sin = table[angle].y;
      //#end
      let first = x[at];
      let second = x[at + wide];
      x[at] = first * turn_cos + second * turn_sin;
      x[at + wide] = second * turn_cos - first * turn_sin;
    }
  }
  //#end
}
//#end

//#if ADAPTED && ROWS
//#if SUBGROUPS
// The KS parts of each share, added up: the same for every invocation of it.
fn add_up(part: vec4<f32>) -> vec4<f32> {
  var sum = part;
  for (var step = ${KS / 2}u; step > 0u; step /= 2u) { sum += subgroupShuffleXor(sum, step); }
  return sum;
}
//#else
var<workgroup> sums: array<vec4<f32>, ${4 * LANES}>;

// Adds the KS parts of each share up; every invocation then finds the four rows' sums where its share begins.
fn add_up(lane: u32) {
  workgroupBarrier();
  for (var step = ${KS / 2}u; step > 0u; step /= 2u) {
    if (lane % ${KS}u < step) {
      //#for r in 0..4
      sums[${r * LANES}u + lane] += sums[${r * LANES}u + lane + step];
      //#end
    }
    workgroupBarrier();
  }
}
//#end

fn low_rows(m0: u32, lane: u32) {
  //#for r in 0..4
  let x_${r} = min(m0 + ${r}u, p.M - 1u) * p.pitch;
  //#end
  let of_part = (p.rank + 7u) / 8u;
  for (var turn = 0u; turn < p.passes; turn++) {
    let share = turn * ${LANES / KS}u + lane / ${KS}u;
    let live = share < p.parts * of_part;
    let i = min(share / of_part, p.parts - 1u);
    let j0 = share % of_part * 8u;
    //#for r in 0..4
    //#for q in 0..2
    var s_${r}_${q} = vec4<f32>(0.0);
    //#end
    //#end
    if (live) {
      //#if BACKWARD
      // dlow = scale dy B: the rows of B in turn.
      let n_from = from_of(i);
      let n_to = to_of(i);
      let b_at = b_of(i) + j0;
      //#if V
      // A second vector of a rank that is no multiple of 8 is read and not kept.
      let second = select(0u, 1u, j0 + 4u < p.rank);
      for (var n = n_from + lane % ${KS}u * 4u; n < n_to; n += ${KS * 4}u) {
        //#for r in 0..4
        let v_${r} = vec4<f32>(x[(x_${r} + n) / 4u]);
        //#end
        //#for c in 0..4
        {
          let b = (b_at + (n + ${c}u - n_from) * p.rank) / 4u;
          let b_0 = page[b];
          let b_1 = page[b + second];
          //#for r in 0..4
          s_${r}_0 += v_${r}[${c}] * b_0;
          s_${r}_1 += v_${r}[${c}] * b_1;
          //#end
        }
        //#end
      }
      //#else
      for (var n = n_from + lane % ${KS}u; n < n_to; n += ${KS}u) {
        let b = b_at + (n - n_from) * p.rank;
        let most = p.rank - 1u - j0;
        //#for q in 0..2
        let b_${q} = vec4<f32>(page[b + min(${4 * q}u, most)], page[b + min(${4 * q + 1}u, most)],
          page[b + min(${4 * q + 2}u, most)], page[b + min(${4 * q + 3}u, most)]);
        //#end
        //#for r in 0..4
        let v_${r} = f32(x[x_${r} + n]);
        s_${r}_0 += v_${r} * b_0;
        s_${r}_1 += v_${r} * b_1;
        //#end
      }
      //#end
      //#else
      // low = drop(x) A^T: the columns of A in turn.
      //#for c in 0..8
      let a_at_${c} = a_of(i) + min(j0 + ${c}u, p.rank - 1u) * p.K;
      //#end
      //#if V
      for (var k = lane % ${KS}u * 4u; k < p.K; k += ${KS * 4}u) {
        //#for r in 0..4
        //#if DROPOUT
        let v_${r} = vec4<f32>(x[(x_${r} + k) / 4u]) * kept4(min(m0 + ${r}u, p.M - 1u) * p.K + k, site_of(i));
        //#else
        let v_${r} = vec4<f32>(x[(x_${r} + k) / 4u]);
        //#end
        //#end
        //#for q in 0..2
        {
          //#for c in 0..4
          let a_${c} = page[(a_at_${4 * q + c} + k) / 4u];
          //#end
          //#for r in 0..4
          s_${r}_${q} += vec4<f32>(dot(v_${r}, a_0), dot(v_${r}, a_1), dot(v_${r}, a_2), dot(v_${r}, a_3));
          //#end
        }
        //#end
      }
      //#else
      for (var k = lane % ${KS}u; k < p.K; k += ${KS}u) {
        //#for q in 0..2
        let a_${q} = vec4<f32>(page[a_at_${4 * q} + k], page[a_at_${4 * q + 1} + k], page[a_at_${4 * q + 2} + k],
          page[a_at_${4 * q + 3} + k]);
        //#end
        //#for r in 0..4
        //#if DROPOUT
        let v_${r} = f32(x[x_${r} + k]) * kept1(min(m0 + ${r}u, p.M - 1u) * p.K + k, site_of(i));
        //#else
        let v_${r} = f32(x[x_${r} + k]);
        //#end
        s_${r}_0 += v_${r} * a_0;
        s_${r}_1 += v_${r} * a_1;
        //#end
      }
      //#end
      //#end
    }
    //#for q in 0..2
    //#if SUBGROUPS
    //#for r in 0..4
    s_${r}_${q} = add_up(s_${r}_${q});
    //#end
    //#else
    //#for r in 0..4
    sums[${r * LANES}u + lane] = s_${r}_${q};
    //#end
    add_up(lane);
    //#end
    for (var r = lane % ${KS}u; r < 4u; r += ${KS}u) {
      let m = m0 + r;
      if (live && m < p.M) {
        //#if SUBGROUPS
        let sum = select(select(s_2_${q}, s_3_${q}, r == 3u), select(s_0_${q}, s_1_${q}, r == 1u), r < 2u);
        //#else
        let sum = sums[r * ${LANES}u + lane / ${KS}u * ${KS}u];
        //#end
        //#if BACKWARD
        let found = sum * p.scale;
        let beyond = p.N;
        //#else
        let found = sum;
        let beyond = p.K;
        //#end
        let column = i * p.rank + j0 + ${4 * q}u;
        //#if V
        if (j0 + ${4 * q}u < p.rank) {
          x[(m * p.pitch + beyond + column) / 4u] = ${X_ELEMENT}(found);
          //#if LOW
          low[(m * p.extra + column) / 4u] = found;
          //#end
        }
        //#else
        for (var c = 0u; c < 4u; c++) {
          if (j0 + ${4 * q}u + c < p.rank) {
            x[m * p.pitch + beyond + column + c] = ${X_ELEMENT}(found[c]);
            //#if LOW
            low[m * p.extra + column + c] = found[c];
            //#end
          }
        }
        //#end
      }
    }
    //#if !SUBGROUPS
    workgroupBarrier();
    //#end
    //#end
  }
  // With V there is nothing between the last part and the multiple of 4.
  //#if !V
  let used = p.parts * p.rank;
  for (var t = lane; t < 4u * (p.extra - used); t += ${LANES}u) {
    let m = m0 + t % 4u;
    if (m < p.M) {
      //#if BACKWARD
      x[m * p.pitch + p.N + used + t / 4u] = 0.0;
      //#else
      x[m * p.pitch + p.K + used + t / 4u] = ${X_ELEMENT}(0.0);
      //#end
    }
  }
  //#end
}
//#end

@compute @workgroup_size(${LANES})
fn adapted_rows(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                //#if SUBGROUPS
                @builtin(subgroup_invocation_id) lane: u32) {
                //#else
                @builtin(local_invocation_index) lane: u32) {
                //#end
  let group = wid.y * groups.x + wid.x;
  //#if ROWS
  if (group < p.row_groups) {
    make_rows(group * 4u, lane);
    //#if ADAPTED
    //#if SOURCE != none
    storageBarrier();
    //#end
    low_rows(group * 4u, lane);
    //#end
    return;
  }
  //#end
  //#if W0
  for (var i = 0u; i < p.pieces; i++) {
    unpack(((group - p.row_groups) * p.pieces + i) * ${LANES}u + lane);
  }
  //#end
}

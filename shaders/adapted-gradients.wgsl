// Backward through the adapters of a group of linears. The rows hold dy [M, N] and beside it dlow = scale dy B, as
// `adapted_rows` left them.

//#if ENTRY == adapted_gradients
// dB += scale dy^T low and dA += dlow^T drop(x), of all parts in one dispatch. Both are sums over the rows of a wide
// vector times a thin one: a tile is 4 of the wide by 8 of the thin; LANES / SPLIT neighbouring tiles a workgroup,
// whose rows SPLIT invocations share out and add up by halves, in an order that the sizes fix.
struct Params {
  M: u32, N: u32, K: u32,
  x_pitch: u32, dy_pitch: u32,
  rank: u32, extra: u32,
  scale: f32, threshold: u32, kept: f32,
  from0: u32, from1: u32, from2: u32, to0: u32, to1: u32, to2: u32,
  a0: u32, a1: u32, a2: u32, b0: u32, b1: u32, b2: u32,
  site0: u32, site1: u32, site2: u32,
  // Of the workgroups: where those for a part's B end, and then those for its A.
  b_end0: u32, a_end0: u32, b_end1: u32, a_end1: u32, b_end2: u32, a_end2: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<${X_ELEMENT}>;
@group(0) @binding(2) var<storage, read> dy: array<${VECTOR}>;
@group(0) @binding(3) var<storage, read> low: array<${VECTOR}>;
@group(0) @binding(4) var<storage, read_write> page: array<f32>;
//#if DROPOUT
@group(0) @binding(5) var<storage, read> run: array<u32>;
//#end

// Four elements from `at` + i on; those from `at` + `to` on repeat the last.
//#if V
fn x4(at: u32, i: u32, to: u32) -> vec4<f32> { return vec4<f32>(x[(at + i) / 4u]); }
fn dy4(at: u32, i: u32, to: u32) -> vec4<f32> { return dy[(at + min(i, to - 4u)) / 4u]; }
fn low4(at: u32, i: u32, to: u32) -> vec4<f32> { return low[(at + min(i, to - 4u)) / 4u]; }
//#else
fn x4(at: u32, i: u32, to: u32) -> vec4<f32> {
  let e = at + min(vec4<u32>(i, i + 1u, i + 2u, i + 3u), vec4<u32>(to - 1u));
  return vec4<f32>(f32(x[e.x]), f32(x[e.y]), f32(x[e.z]), f32(x[e.w]));
}
fn dy4(at: u32, i: u32, to: u32) -> vec4<f32> {
  let e = at + min(vec4<u32>(i, i + 1u, i + 2u, i + 3u), vec4<u32>(to - 1u));
  return vec4<f32>(dy[e.x], dy[e.y], dy[e.z], dy[e.w]);
}
fn low4(at: u32, i: u32, to: u32) -> vec4<f32> {
  let e = at + min(vec4<u32>(i, i + 1u, i + 2u, i + 3u), vec4<u32>(to - 1u));
  return vec4<f32>(low[e.x], low[e.y], low[e.z], low[e.w]);
}
//#end

//#if SPLIT != 1
var<workgroup> sums: array<vec4<f32>, ${4 * LANES}>;
//#end

@compute @workgroup_size(${LANES})
fn adapted_gradients(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                     @builtin(local_invocation_index) lane: u32) {
  let group = wid.y * groups.x + wid.x;
  if (group >= p.a_end2) { return; }
  let i = select(0u, 1u, group >= p.a_end0) + select(0u, 1u, group >= p.a_end1);
  let b_end = one_of(i, p.b_end0, p.b_end1, p.b_end2);
  let is_a = group >= b_end;
  let first = select(one_of(i, 0u, p.a_end0, p.a_end1), b_end, is_a);
  let tile = (group - first) * ${LANES / SPLIT}u + lane % ${LANES / SPLIT}u;
  let size = select(to_of(i) - from_of(i), p.K, is_a);
  let wide = (size + 3u) / 4u;
  let j0 = tile / wide * 8u;
  let c0 = tile % wide * 4u;
  let live = j0 < p.rank;
  //#for j in 0..8
  var s_${j} = vec4<f32>(0.0);
  //#end
  if (live) {
    if (is_a) {
      for (var m = lane / ${LANES / SPLIT}u; m < p.M; m += ${SPLIT}u) {
        //#if DROPOUT
        let v = x4(m * p.x_pitch, c0, p.K) * kept4(m * p.K + c0, site_of(i));
        //#else
        let v = x4(m * p.x_pitch, c0, p.K);
        //#end
        let thin = m * p.dy_pitch + p.N + i * p.rank;
        let t_0 = dy4(thin, j0, p.rank);
        let t_1 = dy4(thin, j0 + 4u, p.rank);
        //#for j in 0..8
        s_${j} += t_${j / 4}[${j % 4}] * v;
        //#end
      }
    } else {
      for (var m = lane / ${LANES / SPLIT}u; m < p.M; m += ${SPLIT}u) {
        let v = dy4(m * p.dy_pitch + from_of(i), c0, size);
        let t_0 = low4(m * p.extra + i * p.rank, j0, p.rank);
        let t_1 = low4(m * p.extra + i * p.rank, j0 + 4u, p.rank);
        //#for j in 0..8
        s_${j} += t_${j / 4}[${j % 4}] * v;
        //#end
      }
    }
  }
  //#for q in 0..2
  //#if SPLIT != 1
  //#for r in 0..4
  sums[${r * LANES}u + lane] = s_${q * 4 + r};
  //#end
  workgroupBarrier();
  for (var step = ${SPLIT / 2}u; step > 0u; step /= 2u) {
    if (lane / ${LANES / SPLIT}u < step) {
      //#for r in 0..4
      sums[${r * LANES}u + lane] += sums[${r * LANES}u + lane + step * ${LANES / SPLIT}u];
      //#end
    }
    workgroupBarrier();
  }
  //#end
  for (var r = lane / ${LANES / SPLIT}u; r < 4u; r += ${SPLIT}u) {
    let j = j0 + ${4 * q}u + r;
    if (live && j < p.rank) {
      //#if SPLIT != 1
      let sum = sums[r * ${LANES}u + lane % ${LANES / SPLIT}u];
      //#else
      let sum = select(
        select(s_${q * 4 + 2}, s_${q * 4 + 3}, r == 3u), select(s_${q * 4}, s_${q * 4 + 1}, r == 1u), r < 2u);
      //#end
      for (var c = c0; c < min(c0 + 4u, size); c++) {
        if (is_a) {
          page[a_of(i) + j * p.K + c] += sum[c - c0];
        } else {
          page[b_of(i) + c * p.rank + j] += sum[c - c0] * p.scale;
        }
      }
    }
  }
  //#if SPLIT != 1
  workgroupBarrier();
  //#end
  //#end
}
//#end

//#if ENTRY == adapted_branch
// dx += drop(dlow A) of all parts, each through its own mask; without dropout the product does it (see adapted_rows).
struct Params {
  M: u32, N: u32, K: u32, dy_pitch: u32, rank: u32, parts: u32, threshold: u32, kept: f32,
  from0: u32, from1: u32, from2: u32, to0: u32, to1: u32, to2: u32,
  a0: u32, a1: u32, a2: u32, b0: u32, b1: u32, b2: u32,
  site0: u32, site1: u32, site2: u32,
}
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> page: array<f32>;
@group(0) @binding(3) var<storage, read> run: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn adapted_branch(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                  @builtin(local_invocation_index) lane: u32) {
  let index = (wid.y * groups.x + wid.x) * 64u + lane;
  let wide = (p.K + 3u) / 4u;
  let m = index / wide;
  let k = index % wide * 4u;
  if (m >= p.M) { return; }
  let ks = min(vec4<u32>(k, k + 1u, k + 2u, k + 3u), vec4<u32>(p.K - 1u));
  var sum = vec4<f32>(0.0);
  for (var i = 0u; i < p.parts; i++) {
    let row = m * p.dy_pitch + p.N + i * p.rank;
    let a = a_of(i);
    var part = vec4<f32>(0.0);
    for (var j = 0u; j < p.rank; j++) {
      let e = vec4<u32>(a + j * p.K) + ks;
      part += dy[row + j] * vec4<f32>(page[e.x], page[e.y], page[e.z], page[e.w]);
    }
    sum += part * kept4(m * p.K + k, site_of(i));
  }
  for (var c = 0u; c < min(4u, p.K - k); c++) { dx[m * p.K + k + c] += sum[c]; }
}
//#end

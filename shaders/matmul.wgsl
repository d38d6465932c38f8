// C[z] = alpha * op(A[z]) op(B[z]) (+ bias) (+ C[z]), with a register tile of TM x TN outputs per invocation and no
// workgroup memory. op(A) is [M, K]: stored so, or as [K, M] with A_TRANS. op(B) is [K, N]: stored so, or as [N, K]
// with B_TRANS. Batches z = (outer, inner) step through A, B and C by their own strides; an inner stride that repeats
// every b_group steps serves grouped-query attention. An outer reduction of k_outer slices adds the heads of a group.
// Sums are f32 in a fixed order: k ascending.
//
// AV, BV, CV: 1 where that operand is read or written as vec4 along its contiguous dimension (sizes, strides and
// offsets multiples of 4). Elsewhere a scalar path with bounds checks serves any size.
// T_x is the element type of binding x. T_b: f32 | f16 (native) | bf16 | half: the last two are pairs packed in u32.
// CAUSAL: 0 none; 1 skip tiles right of the diagonal; 2 reduce only up to the row; 3 reduce only from the row.
// ACC: 0 overwrite, 1 add to C, 2 scale C's row by row_scale first.

struct Params {
  M: u32, N: u32, K: u32,
  lda: u32, ldb: u32, ldc: u32,
  a_off: u32, b_off: u32, c_off: u32,
  z_inner: u32,
  a_outer: u32, a_inner: u32,
  b_outer: u32, b_inner: u32, b_group: u32,
  c_outer: u32, c_inner: u32,
  k_outer: u32, a_slice: u32, b_slice: u32,
  // Position of A's first row on the diagonal, for CAUSAL.
  diagonal: u32,
  alpha: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
//#if AV
@group(0) @binding(1) var<storage, read> a: array<vec4<${T_a}>>;
//#else
@group(0) @binding(1) var<storage, read> a: array<${T_a}>;
//#end
//#if T_b == f32
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;
fn load_b4(e: u32) -> vec4<f32> { return b[e / 4u]; }
//#else
@group(0) @binding(2) var<storage, read> b: array<f32>;
fn load_b1(e: u32) -> f32 { return b[e]; }
//#end
//#end
//#if T_b == f16
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec4<f16>>;
fn load_b4(e: u32) -> vec4<f32> { return vec4<f32>(b[e / 4u]); }
//#else
@group(0) @binding(2) var<storage, read> b: array<f16>;
fn load_b1(e: u32) -> f32 { return f32(b[e]); }
//#end
//#end
//#if T_b == bf16
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec2<u32>>;
fn load_b4(e: u32) -> vec4<f32> {
  let w = b[e / 4u];
  return bitcast<vec4<f32>>(vec4<u32>(w.x << 16u, w.x & 0xffff0000u, w.y << 16u, w.y & 0xffff0000u));
}
//#else
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b1(e: u32) -> f32 { return bitcast<f32>((b[e / 2u] >> (16u * (e & 1u))) << 16u); }
//#end
//#end
//#if T_b == half
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec2<u32>>;
fn load_b4(e: u32) -> vec4<f32> {
  let w = b[e / 4u];
  return vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y));
}
//#else
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b1(e: u32) -> f32 { return unpack2x16float(b[e / 2u] >> (16u * (e & 1u))).x; }
//#end
//#end
//#if CV
@group(0) @binding(3) var<storage, read_write> c: array<vec4<${T_c}>>;
//#else
@group(0) @binding(3) var<storage, read_write> c: array<${T_c}>;
//#end
//#if BIAS
@group(0) @binding(4) var<storage, read> bias: array<f32>;
//#end
//#if ACC == 2
@group(0) @binding(5) var<storage, read> row_scale: array<f32>;
//#end

//#if AV
fn load_a4(e: u32) -> vec4<f32> { return vec4<f32>(a[e / 4u]); }
//#else
fn load_a1(e: u32) -> f32 { return f32(a[e]); }
//#end

@compute @workgroup_size(${WX}, ${WY}, 1)
fn matmul(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_id) lid: vec3<u32>) {
  let n0 = (wid.x * ${WX}u + lid.x) * ${TN}u;
  let m0 = (wid.y * ${WY}u + lid.y) * ${TM}u;
  if (n0 >= p.N || m0 >= p.M) { return; }
  //#if CAUSAL == 1
  if (n0 > p.diagonal + m0 + ${TM - 1}u) { return; }
  //#end
  let zo = wid.z / p.z_inner;
  let zi = wid.z % p.z_inner;
  let a_base = p.a_off + zo * p.a_outer + zi * p.a_inner;
  let b_base = p.b_off + zo * p.b_outer + (zi / p.b_group) * p.b_inner;
  let c_base = p.c_off + zo * p.c_outer + zi * p.c_inner;
  let m_last = p.M - 1u;
  let n_last = p.N - 1u;
  //#if CAUSAL == 2
  let k_to = min(p.K, p.diagonal + m0 + ${TM}u);
  //#else
  let k_to = p.K;
  //#end
  //#if CAUSAL == 3
  let k_from = (max(m0, p.diagonal) - p.diagonal) / 4u * 4u;
  //#else
  let k_from = 0u;
  //#end
  //#for i in 0..TM
  //#for j in 0..TN/4
  var acc_${i}_${j} = vec4<f32>(0.0);
  //#end
  //#end

  for (var slice = 0u; slice < p.k_outer; slice++) {
    let a_at = a_base + slice * p.a_slice;
    let b_at = b_base + slice * p.b_slice;
    //#if A_TRANS
    // Both operands are contiguous along the output: one k at a time is already a full outer product.
    for (var k = k_from; k < k_to; k++) {
      //#for i in 0..TM/4
      //#if AV
      let a_${i} = load_a4(a_at + k * p.lda + min(m0 + ${i * 4}u, p.M - 4u));
      //#else
      let a_${i} = vec4<f32>(
        load_a1(a_at + k * p.lda + min(m0 + ${i * 4}u, m_last)),
        load_a1(a_at + k * p.lda + min(m0 + ${i * 4 + 1}u, m_last)),
        load_a1(a_at + k * p.lda + min(m0 + ${i * 4 + 2}u, m_last)),
        load_a1(a_at + k * p.lda + min(m0 + ${i * 4 + 3}u, m_last)));
      //#end
      //#end
      //#for j in 0..TN/4
      //#if BV
      let b_${j} = load_b4(b_at + k * p.ldb + min(n0 + ${j * 4}u, p.N - 4u));
      //#else
      let b_${j} = vec4<f32>(
        load_b1(b_at + k * p.ldb + min(n0 + ${j * 4}u, n_last)),
        load_b1(b_at + k * p.ldb + min(n0 + ${j * 4 + 1}u, n_last)),
        load_b1(b_at + k * p.ldb + min(n0 + ${j * 4 + 2}u, n_last)),
        load_b1(b_at + k * p.ldb + min(n0 + ${j * 4 + 3}u, n_last)));
      //#end
      //#end
      //#for i in 0..TM
      //#for j in 0..TN/4
      acc_${i}_${j} += a_${i / 4}[${i % 4}] * b_${j};
      //#end
      //#end
    }
    //#else
    for (var k = k_from; k < k_to; k += 4u) {
      //#for i in 0..TM
      //#if AV
      let a_${i} = load_a4(a_at + min(m0 + ${i}u, m_last) * p.lda + k);
      //#else
      let r_${i} = a_at + min(m0 + ${i}u, m_last) * p.lda;
      let a_${i} = vec4<f32>(
        load_a1(r_${i} + k),
        select(0.0, load_a1(r_${i} + min(k + 1u, p.K - 1u)), k + 1u < p.K),
        select(0.0, load_a1(r_${i} + min(k + 2u, p.K - 1u)), k + 2u < p.K),
        select(0.0, load_a1(r_${i} + min(k + 3u, p.K - 1u)), k + 3u < p.K));
      //#end
      //#end
      //#if B_TRANS
      //#for j in 0..TN
      //#if BV
      let b_${j} = load_b4(b_at + min(n0 + ${j}u, n_last) * p.ldb + k);
      //#else
      let s_${j} = b_at + min(n0 + ${j}u, n_last) * p.ldb;
      let b_${j} = vec4<f32>(
        load_b1(s_${j} + k),
        load_b1(s_${j} + min(k + 1u, p.K - 1u)),
        load_b1(s_${j} + min(k + 2u, p.K - 1u)),
        load_b1(s_${j} + min(k + 3u, p.K - 1u)));
      //#end
      //#end
      //#for kk in 0..4
      //#for j in 0..TN/4
      let b_${kk}_${j} =
        vec4<f32>(b_${j * 4}[${kk}], b_${j * 4 + 1}[${kk}], b_${j * 4 + 2}[${kk}], b_${j * 4 + 3}[${kk}]);
      //#end
      //#end
      //#else
      //#for kk in 0..4
      //#for j in 0..TN/4
      //#if BV
      let b_${kk}_${j} = load_b4(b_at + min(k + ${kk}u, p.K - 1u) * p.ldb + min(n0 + ${j * 4}u, p.N - 4u));
      //#else
      let t_${kk}_${j} = b_at + min(k + ${kk}u, p.K - 1u) * p.ldb;
      let b_${kk}_${j} = vec4<f32>(
        load_b1(t_${kk}_${j} + min(n0 + ${j * 4}u, n_last)),
        load_b1(t_${kk}_${j} + min(n0 + ${j * 4 + 1}u, n_last)),
        load_b1(t_${kk}_${j} + min(n0 + ${j * 4 + 2}u, n_last)),
        load_b1(t_${kk}_${j} + min(n0 + ${j * 4 + 3}u, n_last)));
      //#end
      //#end
      //#end
      //#end
      // Plain a * b + c, which GPUs contract; an explicit fma() is ten times slower on SwiftShader, which calls a
      // function.
      //#for kk in 0..4
      //#for i in 0..TM
      //#for j in 0..TN/4
      acc_${i}_${j} += a_${i}[${kk}] * b_${kk}_${j};
      //#end
      //#end
      //#end
    }
    //#end
  }

  //#for i in 0..TM
  if (m0 + ${i}u < p.M) {
    let row = c_base + (m0 + ${i}u) * p.ldc;
    //#for j in 0..TN/4
    {
      var v = acc_${i}_${j} * p.alpha;
      let n = n0 + ${j * 4}u;
      //#if CV
      if (n < p.N) {
        //#if BIAS
        v += vec4<f32>(bias[n], bias[n + 1u], bias[n + 2u], bias[n + 3u]);
        //#end
        //#if ACC == 1
        v += vec4<f32>(c[(row + n) / 4u]);
        //#end
        //#if ACC == 2
        v += row_scale[m0 + ${i}u] * vec4<f32>(c[(row + n) / 4u]);
        //#end
        c[(row + n) / 4u] = vec4<${T_c}>(v);
      }
      //#else
      //#for q in 0..4
      if (n + ${q}u < p.N) {
        var s = v[${q}];
        //#if BIAS
        s += bias[n + ${q}u];
        //#end
        //#if ACC == 1
        s += f32(c[row + n + ${q}u]);
        //#end
        //#if ACC == 2
        s += row_scale[m0 + ${i}u] * f32(c[row + n + ${q}u]);
        //#end
        c[row + n + ${q}u] = ${T_c}(s);
      }
      //#end
      //#end
    }
    //#end
  }
  //#end
}

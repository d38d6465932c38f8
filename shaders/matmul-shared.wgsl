// What every matrix product shares: C[z] = alpha * op(A[z]) op(B[z]) (+ bias) (+ C[z]). op(A) is [M, K]: stored so,
// or as [K, M] with A_TRANS. op(B) is [K, N]: stored so, or as [N, K] with B_TRANS. Batches z = (outer, inner) step
// through A, B and C by their own strides; an inner stride that repeats every b_group steps serves grouped-query
// attention. An outer reduction of k_outer slices adds the heads of a group. Sums are f32 in a fixed order, k
// ascending: all variants add the same products in the same order.
//
// AV, BV, CV: 1 where that operand is read or written as vec4 along its contiguous dimension (sizes, strides and
// offsets multiples of 4); it is then addressed in vectors, divided before the loops: shifts cost as much as sums.
// WIDE: columns of C in a vector, 4, or 2 where an invocation keeps no more; B is read in vectors of BW: 4 along K,
// WIDE along N.
// ENTRY matmul_nf4: B is a group of NF4 weights, with the adapter beside them (matmul-nf4.wgsl).
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
  //#if ENTRY == matmul_nf4
  // The first column, and of the reduction how much the weights take; behind it stands the adapter. The rest as in
  // adapted-rows.wgsl.
  first: u32, weights_k: u32,
  rank: u32, parts: u32, scale: f32,
  from0: u32, from1: u32, from2: u32, to0: u32, to1: u32, to2: u32,
  a0: u32, a1: u32, a2: u32, b0: u32, b1: u32, b2: u32,
  start0: u32, start1: u32, start2: u32, end0: u32, end1: u32, end2: u32,
  code0: u32, code1: u32, code2: u32,
  absmax0: u32, absmax1: u32, absmax2: u32,
  nested0: u32, nested1: u32, nested2: u32,
  offset0: f32, offset1: f32, offset2: f32,
  //#end
}

@group(0) @binding(0) var<uniform> p: Params;
//#if AV
@group(0) @binding(1) var<storage, read> a: array<vec4<${T_a}>>;
//#else
@group(0) @binding(1) var<storage, read> a: array<${T_a}>;
//#end
//#if ENTRY == matmul_nf4
@group(0) @binding(2) var<storage, read> w0: array<u32>;
//#if W1
@group(0) @binding(6) var<storage, read> w1: array<u32>;
//#end
//#if W2
@group(0) @binding(7) var<storage, read> w2: array<u32>;
//#end
//#if ADAPTED
@group(0) @binding(8) var<storage, read> page: array<vec4<f32>>;
//#end
//#else
//#if T_b == f32
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec${BW}<f32>>;
fn load_b${BW}(v: u32) -> vec${BW}<f32> { return b[v]; }
//#else
@group(0) @binding(2) var<storage, read> b: array<f32>;
fn load_b1(e: u32) -> f32 { return b[e]; }
//#end
//#end
//#if T_b == f16
//#if BV
@group(0) @binding(2) var<storage, read> b: array<vec${BW}<f16>>;
fn load_b${BW}(v: u32) -> vec${BW}<f32> { return vec${BW}<f32>(b[v]); }
//#else
@group(0) @binding(2) var<storage, read> b: array<f16>;
fn load_b1(e: u32) -> f32 { return f32(b[e]); }
//#end
//#end
//#if T_b == bf16
//#if BW == 2
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b2(v: u32) -> vec2<f32> { return bitcast<vec2<f32>>(vec2<u32>(b[v] << 16u, b[v] & 0xffff0000u)); }
//#end
//#if BW == 4
@group(0) @binding(2) var<storage, read> b: array<vec2<u32>>;
fn load_b4(v: u32) -> vec4<f32> {
  let w = b[v];
  return bitcast<vec4<f32>>(vec4<u32>(w.x << 16u, w.x & 0xffff0000u, w.y << 16u, w.y & 0xffff0000u));
}
//#end
//#if BW == 1
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b1(e: u32) -> f32 { return bitcast<f32>((b[e / 2u] >> (16u * (e & 1u))) << 16u); }
//#end
//#end
//#if T_b == half
//#if BW == 2
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b2(v: u32) -> vec2<f32> { return unpack2x16float(b[v]); }
//#end
//#if BW == 4
@group(0) @binding(2) var<storage, read> b: array<vec2<u32>>;
fn load_b4(v: u32) -> vec4<f32> {
  let w = b[v];
  return vec4<f32>(unpack2x16float(w.x), unpack2x16float(w.y));
}
//#end
//#if BW == 1
@group(0) @binding(2) var<storage, read> b: array<u32>;
fn load_b1(e: u32) -> f32 { return unpack2x16float(b[e / 2u] >> (16u * (e & 1u))).x; }
//#end
//#end
//#end
//#if CV
@group(0) @binding(3) var<storage, read_write> c: array<vec${WIDE}<${T_c}>>;
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
fn load_a4(v: u32) -> vec4<f32> { return vec4<f32>(a[v]); }
//#else
fn load_a1(e: u32) -> f32 { return f32(a[e]); }
//#end

// Where the operands of batch z begin.
struct Batch { a: u32, b: u32, c: u32 }
fn batch_of(z: u32) -> Batch {
  let zo = z / p.z_inner;
  let zi = z % p.z_inner;
  return Batch(
    p.a_off + zo * p.a_outer + zi * p.a_inner,
    p.b_off + zo * p.b_outer + (zi / p.b_group) * p.b_inner,
    p.c_off + zo * p.c_outer + zi * p.c_inner);
}

// What is added to WIDE columns of every row from n on; those beyond N are anything.
fn bias_of(n: u32) -> vec${WIDE}<f32> {
  //#if BIAS
  let last = p.N - 1u;
  return vec${WIDE}<f32>(
    //#for q in 0..WIDE
    bias[min(n + ${q}u, last)],
    //#end
  );
  //#else
  return vec${WIDE}<f32>(0.0);
  //#end
}

// WIDE columns of row m of C from n on; those beyond M or N are left out.
fn finish(c_base: u32, m: u32, n: u32, sum: vec${WIDE}<f32>, biases: vec${WIDE}<f32>) {
  if (m < p.M && n < p.N) {
    let at = c_base + m * p.ldc + n;
    var v = sum * p.alpha;
    //#if BIAS
    v += biases;
    //#end
    //#if CV
    //#if ACC == 1
    v += vec${WIDE}<f32>(c[at / ${WIDE}u]);
    //#end
    //#if ACC == 2
    v += row_scale[m] * vec${WIDE}<f32>(c[at / ${WIDE}u]);
    //#end
    c[at / ${WIDE}u] = vec${WIDE}<${T_c}>(v);
    //#else
    //#for q in 0..WIDE
    if (n + ${q}u < p.N) {
      var s = v[${q}];
      //#if ACC == 1
      s += f32(c[at + ${q}u]);
      //#end
      //#if ACC == 2
      s += row_scale[m] * f32(c[at + ${q}u]);
      //#end
      c[at + ${q}u] = ${T_c}(s);
    }
    //#end
    //#end
  }
}

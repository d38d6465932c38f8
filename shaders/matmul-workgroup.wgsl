// A workgroup of WX x WY invocations keeps a tile of BM x BN results, BM = WY * TM and BN = WX * TN, and brings BK k
// of both operands into its memory at a time, each invocation one block of 4 x 4 of one of them at the most. An
// invocation's rows and columns are groups of four, apart by as many as the workgroup has, so that neighbours read
// neighbouring vectors. Tiles lie k-major; blocks are turned in registers and written as whole vectors. UNROLL of the
// BK steps are written out: all on a GPU; one where unrolled code takes a compiler minutes. AV, BV and CV are 1, A is
// not transposed.
//
// Tiles are arrays of rows, so that the check of an index, which browsers add, is the same for every k and made once.

// Vectors of a row, and one more, so that rows begin in different banks.
var<workgroup> tile_a: array<array<vec4<f32>, ${WY * TM / 4 + 1}>, ${BK}>;
var<workgroup> tile_b: array<array<vec4<f32>, ${WX * TN / 4 + 1}>, ${BK}>;

//#if ENTRY == matmul_nf4
@compute @workgroup_size(${WX * WY}, 1, 1)
fn matmul_nf4(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  fill_values(lane);
//#else
@compute @workgroup_size(${WX * WY}, 1, 1)
fn matmul_workgroup(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
//#end
  let m_tile = wid.y * ${WY * TM}u;
  //#if ENTRY == matmul_nf4
  let n_tile = p.first + wid.x * ${WX * TN}u;
  //#else
  let n_tile = wid.x * ${WX * TN}u;
  //#end
  //#if CAUSAL == 1
  if (n_tile > p.diagonal + m_tile + ${WY * TM - 1}u) { return; }
  //#end
  //#if CAUSAL == 2
  let k_to = min(p.K, p.diagonal + m_tile + ${WY * TM}u);
  //#else
  let k_to = p.K;
  //#end
  let base = batch_of(wid.z);
  let tx = lane % ${WX}u;
  let ty = lane / ${WX}u;
  //#for i in 0..TM
  //#for j in 0..TN/4
  var acc_${i}_${j} = vec4<f32>(0.0);
  //#end
  //#end

  // The block that this invocation brings: of A, then of B, then none.
  let brings_a = lane < ${WY * TM / 4 * BK / 4}u;
  let brings_b = !brings_a && lane < ${WY * TM / 4 * BK / 4 + WX * TN / 4 * BK / 4}u;
  // Its place, with remainders where none is left, so that compilers see that no index is beyond its tile.
  let rest = lane - ${WY * TM / 4 * BK / 4}u;
  let m4 = lane / ${BK / 4}u % ${WY * TM / 4}u;
  //#if B_TRANS
  let n4 = rest / ${BK / 4}u % ${WX * TN / 4}u;
  let kq = select(rest, lane, brings_a) % ${BK / 4}u;
  //#else
  //#if ENTRY == matmul_nf4
  // Sixteen columns of one row of the weights, which share a scale.
  let n16 = rest % ${WX * TN / 16}u;
  let k_own = rest / ${WX * TN / 16}u % ${BK}u;
  let kq = lane % ${BK / 4}u;
  //#else
  let n4 = rest % ${WX * TN / 4}u;
  let kq = select(rest / ${WX * TN / 4}u, lane, brings_a) % ${BK / 4}u;
  //#end
  //#end
  //#if ENTRY == matmul_nf4 && B_TRANS
  let own = rows_of(min(n_tile + n4 * 4u, p.N - 4u));
  //#end
  // In vectors along K.
  let k_last = p.K / 4u - 1u;

  for (var slice = 0u; slice < p.k_outer; slice++) {
    let a_at = base.a + slice * p.a_slice;
    let b_at = base.b + slice * p.b_slice;
    //#for q in 0..4
    let ra_${q} = (a_at + min(m_tile + m4 * 4u + ${q}u, p.M - 1u) * p.lda) / 4u;
    //#if ENTRY != matmul_nf4 && B_TRANS
    let rb_${q} = (b_at + min(n_tile + n4 * 4u + ${q}u, p.N - 1u) * p.ldb) / 4u;
    //#end
    //#end
    //#if ENTRY != matmul_nf4 && !B_TRANS
    let rb = (b_at + min(n_tile + n4 * 4u, p.N - 4u)) / 4u;
    let b_own = kq * p.ldb;
    //#end
    //#if ENTRY == matmul_nf4 && B_TRANS && ALIGNED
    // A block of the weights' rows is several rounds long: its scales are read before them.
    for (var k64 = 0u; k64 < k_to; k64 += 64u) {
    let scales = scales_of(own, k64, brings_b);
    for (var k0 = k64; k0 < min(k64 + 64u, k_to); k0 += ${BK}u) {
    //#else
    for (var k0 = 0u; k0 < k_to; k0 += ${BK}u) {
    //#end
      let k = k0 / 4u + kq;
      if (brings_a) {
        // Zero from K on: those of B that they meet are others of the same column, whatever they are.
        let inside = k <= k_last;
        let at = min(k, k_last);
        //#for q in 0..4
        let r_${q} = select(vec4<f32>(0.0), load_a4(ra_${q} + at), inside);
        //#end
        //#for kk in 0..4
        tile_a[kq * 4u + ${kk}u][m4] = vec4<f32>(r_0[${kk}], r_1[${kk}], r_2[${kk}], r_3[${kk}]);
        //#end
      } else if (brings_b) {
        //#if B_TRANS
        let at = min(k, k_last);
        //#if ENTRY == matmul_nf4
        //#if ALIGNED
        let block = load_block(own, at, scales);
        //#else
        let block = load_block(own, at, scales_of(own, at * 4u, true));
        //#end
        //#for q in 0..4
        let s_${q} = block.v${q};
        //#end
        //#else
        //#for q in 0..4
        let s_${q} = load_b4(rb_${q} + at);
        //#end
        //#end
        //#for kk in 0..4
        tile_b[kq * 4u + ${kk}u][n4] = vec4<f32>(s_0[${kk}], s_1[${kk}], s_2[${kk}], s_3[${kk}]);
        //#end
        //#else
        //#if ENTRY == matmul_nf4
        let block = load_row(min(k0 + k_own, p.K - 1u), n_tile + n16 * 16u);
        //#for q in 0..4
        tile_b[k_own][n16 * 4u + ${q}u] = block.v${q};
        //#end
        //#else
        let row = rb + min(k0 / 4u * p.ldb + b_own, k_last * p.ldb);
        //#for kk in 0..4
        tile_b[kq * 4u + ${kk}u][n4] = load_b4(row + ${kk}u * (p.ldb / 4u));
        //#end
        //#end
        //#end
      }
      workgroupBarrier();
      for (var step = 0u; step < ${BK}u; step += ${UNROLL}u) {
        //#for kk in 0..UNROLL
        {
          //#for j in 0..TN/4
          let b_${j} = tile_b[step + ${kk}u][${j * WX}u + tx];
          //#end
          //#for i in 0..TM/4
          let a_${i} = tile_a[step + ${kk}u][${i * WY}u + ty];
          //#for q in 0..4
          //#for j in 0..TN/4
          acc_${i * 4 + q}_${j} += a_${i}[${q}] * b_${j};
          //#end
          //#end
          //#end
        }
        //#end
      }
      workgroupBarrier();
    }
    //#if ENTRY == matmul_nf4 && B_TRANS && ALIGNED
    }
    //#end
  }

  //#for j in 0..TN/4
  let n_${j} = n_tile + (${j * WX}u + tx) * 4u;
  let biases_${j} = bias_of(n_${j});
  //#for i in 0..TM/4
  //#for q in 0..4
  finish(base.c, m_tile + (${i * WY}u + ty) * 4u + ${q}u, n_${j}, acc_${i * 4 + q}_${j}, biases_${j});
  //#end
  //#end
  //#end
}

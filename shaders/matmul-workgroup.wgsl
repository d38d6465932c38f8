// A workgroup of WX x WY invocations keeps a tile of BM x BN results, BM = WY * TM and BN = WX * TN, and brings BK k
// of both operands into its memory at a time. An invocation's rows and columns are groups of four, apart by as many
// as the workgroup has, so that neighbours read neighbouring vectors. Tiles lie k-major; blocks of 4 x 4 are turned
// in registers and written as whole vectors. UNROLL of the BK steps are written out: all on a GPU; one where unrolled
// code takes a compiler minutes. AV, BV and CV are 1, A is not transposed.

const A_PITCH = ${WY * TM / 4 + 1}u;
const B_PITCH = ${WX * TN / 4 + 1}u;
var<workgroup> tile_a: array<vec4<f32>, ${BK * (WY * TM / 4 + 1)}>;
var<workgroup> tile_b: array<vec4<f32>, ${BK * (WX * TN / 4 + 1)}>;

// Zero from K on: what stands there may be no number.
fn a_or_zero(row: u32, k: u32) -> vec4<f32> {
  return select(vec4<f32>(0.0), load_a4(row + min(k, p.K - 4u)), k < p.K);
}

@compute @workgroup_size(${WX * WY}, 1, 1)
fn matmul_workgroup(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let m_tile = wid.y * ${WY * TM}u;
  let n_tile = wid.x * ${WX * TN}u;
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

  for (var slice = 0u; slice < p.k_outer; slice++) {
    let a_at = base.a + slice * p.a_slice;
    let b_at = base.b + slice * p.b_slice;
    for (var k0 = 0u; k0 < k_to; k0 += ${BK}u) {
      // Blocks of 4 rows by 4 k of A, then of B.
      for (var block = lane; block < ${WY * TM / 4 * BK / 4 + WX * TN / 4 * BK / 4}u; block += ${WX * WY}u) {
        if (block < ${WY * TM / 4 * BK / 4}u) {
          let m4 = block / ${BK / 4}u;
          let kq = block % ${BK / 4}u * 4u;
          let k = k0 + kq;
          //#for q in 0..4
          let r_${q} = a_or_zero(a_at + min(m_tile + m4 * 4u + ${q}u, p.M - 1u) * p.lda, k);
          //#end
          //#for kk in 0..4
          tile_a[(kq + ${kk}u) * A_PITCH + m4] = vec4<f32>(r_0[${kk}], r_1[${kk}], r_2[${kk}], r_3[${kk}]);
          //#end
        } else {
          let rest = block - ${WY * TM / 4 * BK / 4}u;
          //#if B_TRANS
          let n4 = rest / ${BK / 4}u;
          let kq = rest % ${BK / 4}u * 4u;
          let k = k0 + kq;
          //#for q in 0..4
          let s_${q} = select(vec4<f32>(0.0),
            load_b4(b_at + min(n_tile + n4 * 4u + ${q}u, p.N - 1u) * p.ldb + min(k, p.K - 4u)), k < p.K);
          //#end
          //#for kk in 0..4
          tile_b[(kq + ${kk}u) * B_PITCH + n4] = vec4<f32>(s_0[${kk}], s_1[${kk}], s_2[${kk}], s_3[${kk}]);
          //#end
          //#else
          let n4 = rest % ${WX * TN / 4}u;
          let kq = rest / ${WX * TN / 4}u * 4u;
          let k = k0 + kq;
          //#for kk in 0..4
          tile_b[(kq + ${kk}u) * B_PITCH + n4] = select(vec4<f32>(0.0),
            load_b4(b_at + min(k + ${kk}u, p.K - 1u) * p.ldb + min(n_tile + n4 * 4u, p.N - 4u)), k < p.K);
          //#end
          //#end
        }
      }
      workgroupBarrier();
      for (var step = 0u; step < ${BK}u; step += ${UNROLL}u) {
        //#for kk in 0..UNROLL
        {
          let at = step + ${kk}u;
          //#for j in 0..TN/4
          let b_${j} = tile_b[at * B_PITCH + ${j * WX}u + tx];
          //#end
          //#for i in 0..TM/4
          let a_${i} = tile_a[at * A_PITCH + ${i * WY}u + ty];
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

// LANES invocations side by side along N share TM rows of A; each keeps TM x TN results, its columns LANES * WIDE apart
// in vectors of WIDE, so that neighbours read neighbouring vectors of B. No workgroup memory, no barrier.
//
// SHARE: 0 every invocation reads A itself, from an address without a lane in it, which AMD's compilers read once for
// all into scalar registers; 4, 8: of so many neighbours in a subgroup each reads one row and hands it round. Any
// subgroup of at least so many lanes will do. Invocations beyond N stay to the end: their columns are clamped, their
// part of A is needed. BV and CV are 1. AV is 1, too, but for A_TRANS: A [K, M] is read by elements (AV 0), four k of
// one row each, so that what is handed round is the same.
//
// TURN: four neighbours swap rows instead, so that sum s of each is of row (own ^ s): a swap is one instruction where
// SwiftShader's broadcast is seven. Its compiler keeps what is written a component at a time in registers, and a loop
// beyond the processor's 32 KiB of instructions runs at half speed: hence small tiles.

// Where row m of A begins, and four of its elements from k on; zeros from K on.
//#if A_TRANS
fn a_row(at: u32, m: u32) -> u32 { return at + m; }
fn four_of(row: u32, k: u32) -> vec4<f32> {
  return vec4<f32>(
    //#for q in 0..4
    select(0.0, load_a1(row + min(k + ${q}u, p.K - 1u) * p.lda), k + ${q}u < p.K),
    //#end
  );
}
//#else
fn a_row(at: u32, m: u32) -> u32 { return (at + m * p.lda) / 4u; }
fn four_of(row: u32, k: u32) -> vec4<f32> { return load_a4(row + k / 4u); }
//#end

@compute @workgroup_size(${LANES}, 1, 1)
fn matmul_lanes(
  @builtin(workgroup_id) wid: vec3<u32>,
  //#if SHARE
  @builtin(subgroup_invocation_id) place: u32,
  //#end
  @builtin(local_invocation_index) lane: u32,
) {
  let m0 = wid.y * ${TM}u;
  let n_wide = wid.x * ${LANES * TN}u;
  //#if CAUSAL == 1
  if (n_wide > p.diagonal + m0 + ${TM - 1}u) { return; }
  //#end
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
  let base = batch_of(wid.z);
  let m_last = p.M - 1u;
  //#for j in 0..TN/WIDE
  let n_${j} = n_wide + ${j * LANES * WIDE}u + lane * ${WIDE}u;
  //#end
  //#for i in 0..TM
  //#for j in 0..TN/WIDE
  var acc_${i}_${j} = vec${WIDE}<f32>(0.0);
  //#end
  //#end

  for (var slice = 0u; slice < p.k_outer; slice++) {
    let a_at = base.a + slice * p.a_slice;
    let b_at = base.b + slice * p.b_slice;
    //#if SHARE
    //#for q in 0..TM/SHARE
    let ra_${q} = a_row(a_at, min(m0 + ${q * SHARE}u + place % ${SHARE}u, m_last));
    //#end
    //#else
    //#for i in 0..TM
    let ra_${i} = a_row(a_at, min(m0 + ${i}u, m_last));
    //#end
    //#end
    //#for j in 0..TN/WIDE
    //#if B_TRANS
    //#for q in 0..WIDE
    let rb_${j}_${q} = (b_at + min(n_${j} + ${q}u, p.N - 1u) * p.ldb) / 4u;
    //#end
    //#else
    let rb_${j} = (b_at + min(n_${j}, p.N - ${WIDE}u)) / ${WIDE}u;
    //#end
    //#end
    for (var k = k_from; k < k_to; k += 4u) {
      //#for j in 0..TN/WIDE
      //#if B_TRANS
      //#for q in 0..WIDE
      let t_${j}_${q} = load_b4(rb_${j}_${q} + k / 4u);
      //#end
      //#for kk in 0..4
      let b_${kk}_${j} = vec${WIDE}<f32>(
        //#for q in 0..WIDE
        t_${j}_${q}[${kk}],
        //#end
      );
      //#end
      //#else
      //#for kk in 0..4
      //#if A_TRANS
      let b_${kk}_${j} = load_b${WIDE}(rb_${j} + min(k + ${kk}u, p.K - 1u) * (p.ldb / ${WIDE}u));
      //#else
      let b_${kk}_${j} = load_b${WIDE}(rb_${j} + (k + ${kk}u) * (p.ldb / ${WIDE}u));
      //#end
      //#end
      //#end
      //#end
      //#if TURN
      //#for q in 0..TM/4
      let own_${q} = four_of(ra_${q}, k);
      //#for s in 0..4
      {
        //#if s == 0
        let a = own_${q};
        //#end
        //#if s == 1
        let a = quadSwapX(own_${q});
        //#end
        //#if s == 2
        let a = quadSwapY(own_${q});
        //#end
        //#if s == 3
        let a = quadSwapDiagonal(own_${q});
        //#end
        //#for j in 0..TN/WIDE
        acc_${q * 4 + s}_${j} = vec4<f32>(
          //#for c in 0..4
          (((acc_${q * 4 + s}_${j}[${c}] + a.x * b_0_${j}[${c}]) + a.y * b_1_${j}[${c}]) + a.z * b_2_${j}[${c}])
            + a.w * b_3_${j}[${c}],
          //#end
        );
        //#end
      }
      //#end
      //#end
      //#else
      //#if SHARE
      //#for q in 0..TM/SHARE
      let own_${q} = four_of(ra_${q}, k);
      //#for s in 0..SHARE
      let a_${q * SHARE + s} = subgroupBroadcast(own_${q}, ${s}u);
      //#for j in 0..TN/WIDE
      acc_${q * SHARE + s}_${j} = (((acc_${q * SHARE + s}_${j} + a_${q * SHARE + s}.x * b_0_${j})
        + a_${q * SHARE + s}.y * b_1_${j}) + a_${q * SHARE + s}.z * b_2_${j}) + a_${q * SHARE + s}.w * b_3_${j};
      //#end
      //#end
      //#end
      //#else
      //#for i in 0..TM
      let a_${i} = four_of(ra_${i}, k);
      //#for j in 0..TN/WIDE
      acc_${i}_${j} = (((acc_${i}_${j} + a_${i}.x * b_0_${j}) + a_${i}.y * b_1_${j}) + a_${i}.z * b_2_${j})
        + a_${i}.w * b_3_${j};
      //#end
      //#end
      //#end
      //#end
    }
  }

  //#for j in 0..TN/WIDE
  let biases_${j} = bias_of(n_${j});
  //#for i in 0..TM
  //#if TURN
  finish(base.c, m0 + ${i - (i % 4)}u + ((place % 4u) ^ ${i % 4}u), n_${j}, acc_${i}_${j}, biases_${j});
  //#else
  finish(base.c, m0 + ${i}u, n_${j}, acc_${i}_${j}, biases_${j});
  //#end
  //#end
  //#end
}

// A register tile of TM x TN results an invocation and no workgroup memory: takes every layout and every size, in
// vectors where it can and in scalars with checks elsewhere. What does not depend on k is worked out before the loop,
// and A is read a row at a time, so that a tile needs few registers beside its sums. KFIRST: all rows at once, and one
// k after the other for all sums, which lie in memory anyway where a processor has 16 registers: a quarter to two
// thirds faster there.

@compute @workgroup_size(${WX}, ${WY}, 1)
fn matmul(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_id) lid: vec3<u32>) {
  let n0 = (wid.x * ${WX}u + lid.x) * ${TN}u;
  let m0 = (wid.y * ${WY}u + lid.y) * ${TM}u;
  if (n0 >= p.N || m0 >= p.M) { return; }
  //#if CAUSAL == 1
  if (n0 > p.diagonal + m0 + ${TM - 1}u) { return; }
  //#end
  let base = batch_of(wid.z);
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
    let a_at = base.a + slice * p.a_slice;
    let b_at = base.b + slice * p.b_slice;
    //#if A_TRANS
    // Both operands are contiguous along the output: one k at a time is already a full outer product.
    //#for i in 0..TM/4
    //#if AV
    let ra_${i} = (a_at + min(m0 + ${i * 4}u, p.M - 4u)) / 4u;
    //#else
    //#for q in 0..4
    let ra_${i}_${q} = a_at + min(m0 + ${i * 4 + q}u, m_last);
    //#end
    //#end
    //#end
    //#for j in 0..TN/4
    //#if BV
    let rb_${j} = (b_at + min(n0 + ${j * 4}u, p.N - 4u)) / 4u;
    //#else
    //#for q in 0..4
    let rb_${j}_${q} = b_at + min(n0 + ${j * 4 + q}u, n_last);
    //#end
    //#end
    //#end
    var ka = k_from * p.lda;
    var kb = k_from * p.ldb;
    for (var k = k_from; k < k_to; k++) {
      //#for j in 0..TN/4
      //#if BV
      let b_${j} = load_b4(rb_${j} + kb / 4u);
      //#else
      let b_${j} =
        vec4<f32>(load_b1(rb_${j}_0 + kb), load_b1(rb_${j}_1 + kb), load_b1(rb_${j}_2 + kb), load_b1(rb_${j}_3 + kb));
      //#end
      //#end
      //#for i in 0..TM/4
      //#if AV
      let a_${i} = load_a4(ra_${i} + ka / 4u);
      //#else
      let a_${i} =
        vec4<f32>(load_a1(ra_${i}_0 + ka), load_a1(ra_${i}_1 + ka), load_a1(ra_${i}_2 + ka), load_a1(ra_${i}_3 + ka));
      //#end
      //#for q in 0..4
      //#for j in 0..TN/4
      acc_${i * 4 + q}_${j} += a_${i}[${q}] * b_${j};
      //#end
      //#end
      //#end
      ka += p.lda;
      kb += p.ldb;
    }
    //#else
    //#for i in 0..TM
    //#if AV
    let ra_${i} = (a_at + min(m0 + ${i}u, m_last) * p.lda) / 4u;
    //#else
    let ra_${i} = a_at + min(m0 + ${i}u, m_last) * p.lda;
    //#end
    //#end
    //#if B_TRANS
    //#for j in 0..TN
    //#if BV
    let rb_${j} = (b_at + min(n0 + ${j}u, n_last) * p.ldb) / 4u;
    //#else
    let rb_${j} = b_at + min(n0 + ${j}u, n_last) * p.ldb;
    //#end
    //#end
    //#else
    //#for j in 0..TN/4
    //#if BV
    let rb_${j} = (b_at + min(n0 + ${j * 4}u, p.N - 4u)) / 4u;
    //#else
    //#for q in 0..4
    let rb_${j}_${q} = b_at + min(n0 + ${j * 4 + q}u, n_last);
    //#end
    //#end
    //#end
    //#end
    for (var k = k_from; k < k_to; k += 4u) {
      //#if B_TRANS
      //#for j in 0..TN
      //#if BV
      let b_${j} = load_b4(rb_${j} + k / 4u);
      //#else
      let b_${j} = vec4<f32>(
        load_b1(rb_${j} + k),
        load_b1(rb_${j} + min(k + 1u, p.K - 1u)),
        load_b1(rb_${j} + min(k + 2u, p.K - 1u)),
        load_b1(rb_${j} + min(k + 3u, p.K - 1u)));
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
      //#if AV
      // K is then a multiple of 4.
      let kb_${kk} = (k + ${kk}u) * p.ldb;
      //#else
      let kb_${kk} = min(k + ${kk}u, p.K - 1u) * p.ldb;
      //#end
      //#for j in 0..TN/4
      //#if BV
      let b_${kk}_${j} = load_b4(rb_${j} + kb_${kk} / 4u);
      //#else
      let b_${kk}_${j} = vec4<f32>(
        load_b1(rb_${j}_0 + kb_${kk}),
        load_b1(rb_${j}_1 + kb_${kk}),
        load_b1(rb_${j}_2 + kb_${kk}),
        load_b1(rb_${j}_3 + kb_${kk}));
      //#end
      //#end
      //#end
      //#end
      // Plain a * b + c, which GPUs contract; an explicit fma() is ten times slower on SwiftShader, which calls a
      // function.
      //#if KFIRST && AV
      //#for i in 0..TM
      let a_${i} = load_a4(ra_${i} + k / 4u);
      //#end
      //#for kk in 0..4
      //#for i in 0..TM
      //#for j in 0..TN/4
      acc_${i}_${j} += a_${i}[${kk}] * b_${kk}_${j};
      //#end
      //#end
      //#end
      //#else
      //#for i in 0..TM
      //#if AV
      let a_${i} = load_a4(ra_${i} + k / 4u);
      //#else
      let a_${i} = vec4<f32>(
        load_a1(ra_${i} + k),
        select(0.0, load_a1(ra_${i} + min(k + 1u, p.K - 1u)), k + 1u < p.K),
        select(0.0, load_a1(ra_${i} + min(k + 2u, p.K - 1u)), k + 2u < p.K),
        select(0.0, load_a1(ra_${i} + min(k + 3u, p.K - 1u)), k + 3u < p.K));
      //#end
      //#for j in 0..TN/4
      acc_${i}_${j} = (((acc_${i}_${j} + a_${i}.x * b_0_${j}) + a_${i}.y * b_1_${j}) + a_${i}.z * b_2_${j})
        + a_${i}.w * b_3_${j};
      //#end
      //#end
      //#end
    }
    //#end
  }

  //#for j in 0..TN/4
  let biases_${j} = bias_of(n0 + ${j * 4}u);
  //#for i in 0..TM
  finish(base.c, m0 + ${i}u, n0 + ${j * 4}u, acc_${i}_${j}, biases_${j});
  //#end
  //#end
}

// One row of A against B^T: LANES neighbours read a row of B side by side, each every LANES-th vector of it, and their
// parts are added up in the order of the lanes. The head of a decoding step: a table is read once, with all lanes busy.
// M is 1, B_TRANS; AV and BV are 1. The only variant whose sums are not one chain: another order, the same for a K.

var<workgroup> parts: array<f32, ${LANES * ROWS}>;

@compute @workgroup_size(${LANES * ROWS}, 1, 1)
fn matmul_row(@builtin(workgroup_id) wid: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = wid.x * ${ROWS}u + lane / ${LANES}u;
  let base = batch_of(wid.z);
  let a_at = base.a / 4u;
  let row = (base.b + min(n, p.N - 1u) * p.ldb) / 4u;
  var sum = vec4<f32>(0.0);
  for (var k = lane % ${LANES}u; k < p.K / 4u; k += ${LANES}u) {
    sum += load_a4(a_at + k) * load_b4(row + k);
  }
  parts[lane] = (sum.x + sum.y) + (sum.z + sum.w);
  workgroupBarrier();
  if (lane % ${LANES}u == 0u && n < p.N) {
    var total = parts[lane];
    for (var i = 1u; i < ${LANES}u; i++) { total += parts[lane + i]; }
    total *= p.alpha;
    //#if BIAS
    total += bias[n];
    //#end
    //#if ACC == 1
    total += f32(c[base.c + n]);
    //#end
    c[base.c + n] = ${T_c}(total);
  }
}

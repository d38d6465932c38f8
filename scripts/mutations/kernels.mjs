/** @typedef {import('./index.mjs').Mutation} Mutation */

const kernel = (file, only) => ({ project: /** @type {const} */ ('kernels'), file: `tests/kernels/${file}.test.ts`, only })

/** @type {Mutation[]} */
const matmul = [
  {
    name: 'matmul: the last k of an odd length is read twice',
    file: 'shaders/matmul.wgsl',
    find: 'select(0.0, load_a1(r_${i} + min(k + 3u, p.K - 1u)), k + 3u < p.K))',
    replace: 'load_a1(r_${i} + min(k + 3u, p.K - 1u)))',
    test: kernel('matmul', 'shapes'),
  },
  {
    name: 'matmul: alpha is forgotten',
    file: 'shaders/matmul.wgsl',
    find: 'var v = acc_${i}_${j} * p.alpha;',
    replace: 'var v = acc_${i}_${j};',
    test: kernel('matmul', 'shapes'),
  },
  {
    name: 'matmul: the bias of the next column',
    file: 'shaders/matmul.wgsl',
    find: 's += bias[n + ${q}u];',
    replace: 's += bias[min(n + ${q + 1}u, n_last)];',
    test: kernel('matmul', 'shapes'),
  },
  {
    name: 'matmul: the vectorised path forgets what C held',
    file: 'shaders/matmul.wgsl',
    find: '        //#if ACC == 1\n        v += vec4<f32>(c[(row + n) / 4u]);\n        //#end\n',
    replace: '',
    test: kernel('matmul', 'shapes'),
  },
  {
    name: 'matmul: row_scale of the wrong row',
    file: 'shaders/matmul.wgsl',
    find: 'v += row_scale[m0 + ${i}u] * vec4<f32>(c[(row + n) / 4u]);',
    replace: 'v += row_scale[m0] * vec4<f32>(c[(row + n) / 4u]);',
    test: kernel('matmul', 'a row scale'),
  },
  {
    name: 'matmul: bf16 halves swapped',
    file: 'shaders/matmul.wgsl',
    find: 'w.x << 16u, w.x & 0xffff0000u,',
    replace: 'w.x & 0xffff0000u, w.x << 16u,',
    test: kernel('matmul', 'packed operands BF16'),
  },
  {
    name: 'matmul: rows beyond M are written',
    file: 'shaders/matmul.wgsl',
    find: 'if (m0 + ${i}u < p.M) {\n    let row',
    replace: 'if (m0 + ${i}u <= p.M) {\n    let row',
    test: kernel('matmul', 'writes its own'),
  },
  {
    name: 'matmul: a causal product stops one key early',
    file: 'shaders/matmul.wgsl',
    find: 'p.diagonal + m0 + ${TM}u);',
    replace: 'p.diagonal + m0 + ${TM - 1}u);',
    test: kernel('attention'),
  },
  {
    name: 'matmul: heads of a group read their own key head',
    file: 'shaders/matmul.wgsl',
    find: '(zi / p.b_group) * p.b_inner',
    replace: 'zi * p.b_inner',
    test: kernel('attention'),
  },
]

/** @type {Mutation[]} */
const rows = [
  {
    name: 'rmsnorm: eps is forgotten',
    file: 'shaders/rmsnorm.wgsl',
    find: '.x / f32(p.C) + p.eps);\n  for',
    replace: '.x / f32(p.C));\n  for',
    test: kernel('rmsnorm'),
  },
  {
    name: 'rmsnorm: the weight is forgotten',
    file: 'shaders/rmsnorm.wgsl',
    find: '(weight[i] * (v * rstd))',
    replace: '(v * rstd)',
    test: kernel('rmsnorm'),
  },
  {
    name: 'rmsnorm: the residual sum is not stored',
    file: 'shaders/rmsnorm.wgsl',
    find: '    x_out[at + i] = ${T_x_out}(v);\n',
    replace: '    x_out[at + i] = ${T_x_out}(f32(x[at + i]));\n',
    test: kernel('rmsnorm'),
  },
  {
    name: 'rmsnorm: a sign in the backward pass',
    file: 'shaders/rmsnorm.wgsl',
    find: '- f32(x[at + i]) * pull)',
    replace: '+ f32(x[at + i]) * pull)',
    test: kernel('rmsnorm'),
  },
  {
    name: 'rmsnorm: the backward pass overwrites the residual gradient',
    file: 'shaders/rmsnorm.wgsl',
    find: '(f32(dx[at + i]) + g)',
    replace: '(g)',
    test: kernel('rmsnorm'),
  },
  {
    name: 'reduce: the tree leaves out its last level',
    file: 'shaders/reduce.wgsl',
    find: 'for (var half = 32u; half > 0u; half /= 2u) {\n    if (lane < half) { reduce_scratch[lane] +=',
    replace: 'for (var half = 32u; half > 1u; half /= 2u) {\n    if (lane < half) { reduce_scratch[lane] +=',
    test: kernel('rmsnorm'),
  },
  {
    name: 'softmax: a query does not see itself',
    file: 'shaders/softmax.wgsl',
    find: 'let seen = min(query + 1u, p.Tk);',
    replace: 'let seen = max(1u, min(query, p.Tk));',
    test: kernel('softmax'),
  },
  {
    name: 'softmax: a query looks into another row of its line',
    file: 'shaders/softmax.wgsl',
    find: 'if (segments[line + j] == mine) { e = exp(f32(scores[at + j]) - best); }',
    replace: 'e = exp(f32(scores[at + j]) - best);',
    test: kernel('softmax'),
  },
  {
    name: 'softmax: segments of the wrong line',
    file: 'shaders/softmax.wgsl',
    find: '(p.line + (row / p.Tq) / p.H) * p.Tk',
    replace: '((row / p.Tq) / p.H) * p.Tk',
    test: kernel('softmax'),
  },
  {
    name: 'softmax: nothing is written right of the diagonal',
    file: 'shaders/softmax.wgsl',
    find: 'for (var j = lane; j < p.Tk; j += ${LANES}u) {\n    var e = 0.0;',
    replace: 'for (var j = lane; j < seen; j += ${LANES}u) {\n    var e = 0.0;',
    test: kernel('softmax'),
  },
  {
    name: 'softmax: the backward pass forgets the row sum',
    file: 'shaders/softmax.wgsl',
    find: '(f32(d[at + j]) - sum)',
    replace: 'f32(d[at + j])',
    test: kernel('softmax'),
  },
  {
    name: 'swiglu: sigma without its sign',
    file: 'shaders/swiglu.wgsl',
    find: 'act[i] = ${T_act}(g / (1.0 + exp(-g))',
    replace: 'act[i] = ${T_act}(g / (1.0 + exp(g))',
    test: kernel('swiglu'),
  },
  {
    name: 'swiglu: half of the derivative of silu',
    file: 'shaders/swiglu.wgsl',
    find: '(1.0 + g * (1.0 - sigma))',
    replace: '',
    test: kernel('swiglu'),
  },
  {
    name: 'rope: neighbours are paired instead of halves',
    file: 'shaders/rope.wgsl',
    find: 'let at = row * p.D + i;',
    replace: 'let at = row * p.D + (i / 2u) * 2u;',
    test: kernel('rope'),
  },
  {
    name: 'rope: turned the other way',
    file: 'shaders/rope.wgsl',
    find: 'let s = turn.y * p.sign;',
    replace: 'let s = -turn.y * p.sign;',
    test: kernel('rope'),
  },
  {
    name: 'rope: the position of the wrong row',
    file: 'shaders/rope.wgsl',
    find: 'positions[row / p.heads]',
    replace: 'positions[row % p.M]',
    test: kernel('rope'),
  },
  {
    name: 'attention: scores are not scaled',
    file: 'src/ops/attention.ts',
    find: 'probs, 1 / Math.sqrt(c.D))',
    replace: 'probs, 1)',
    test: kernel('attention'),
  },
  {
    name: 'attention: key gradients of a group overwrite each other',
    file: 'src/ops/attention.ts',
    find: 'accumulate: single && c.head % group !== 0,',
    replace: 'accumulate: false,',
    test: kernel('attention'),
  },
  {
    name: 'attention: the query gradient is not scaled',
    file: 'src/ops/attention.ts',
    find: 'o.dprobs, o.k, o.dq, alpha)',
    replace: 'o.dprobs, o.k, o.dq, 1)',
    test: kernel('attention'),
  },
]

export const kernelMutations = [...matmul, ...rows]

/** @typedef {import('./index.mjs').Mutation} Mutation */

const golden = (only) => ({ project: /** @type {const} */ ('kernels'), file: 'tests/golden/model.test.ts', only })
const gradients = golden('qwen3 gradients')
const logits = golden('qwen3 logits')
const run = golden('qwen2 a run of trl')

/** Faults in how the kernels are put together, and in those that only a whole model exercises.
 * @type {Mutation[]} */
export const modelMutations = [
  {
    name: 'layer: the adapter is not scaled',
    file: 'src/model/adapted-linear.ts',
    find: 'K: rank, bTransposed: true, alpha: adapter.scale, accumulate: true })',
    replace: 'K: rank, bTransposed: true, accumulate: true })',
    test: logits,
  },
  {
    name: 'layer: the gradient of B is not scaled',
    file: 'src/model/adapted-linear.ts',
    find: 'aTransposed: true, alpha: adapter.scale, accumulate: true })',
    replace: 'aTransposed: true, accumulate: true })',
    test: gradients,
  },
  {
    name: "layer: the adapter's branch passes no gradient down",
    file: 'src/model/adapted-linear.ts',
    find: '  if (!o.dx) return\n',
    replace: '  if (o) return\n',
    test: gradients,
  },
  {
    name: 'layer: the gradient of v overwrites that of q and k',
    file: 'src/model/layer.ts',
    find: "back('v_proj', n1, dv, dn1, true)",
    replace: "back('v_proj', n1, dv, dn1, false)",
    test: gradients,
  },
  {
    name: 'layer: the gradient along the residual stream is lost',
    file: 'src/model/layer.ts',
    find: 'dy: dn2, dx, rows: M, C, eps, accumulate: true })',
    replace: 'dy: dn2, dx, rows: M, C, eps })',
    test: gradients,
  },
  {
    name: 'layer: the gradient of k is not turned back',
    file: 'src/model/layer.ts',
    find: 'rope(r, { x: dk, positions: ctx.positions, table: ctx.rope, M, heads: K, D, backward: true })',
    replace: 'rope(r, { x: dk, positions: ctx.positions, table: ctx.rope, M, heads: K, D })',
    test: gradients,
  },
  {
    name: 'layer: the norm of k uses the weight of q',
    file: 'src/model/layer.ts',
    find: 'x: kRaw, weight: w.kNorm,',
    replace: 'x: kRaw, weight: w.qNorm!,',
    test: logits,
  },
  {
    name: 'rope table: frequencies of a head twice as wide',
    file: 'src/model/rope-table.ts',
    find: 'Math.fround((2 * i) / headDim)',
    replace: 'Math.fround(i / headDim)',
    test: logits,
  },
  {
    name: 'batch: labels are not shifted',
    file: 'src/model/pass-inputs.ts',
    find: 'targets.push(labels[m + 1])',
    replace: 'targets.push(batch.inputIds[m])',
    test: golden('qwen3 loss'),
  },
  {
    name: 'trainer: gradients are not divided by the trained tokens',
    file: 'src/model/trainer.ts',
    find: 'this.runWords[0] = 1 / numItems',
    replace: 'this.runWords[0] = 1',
    test: gradients,
  },
  {
    name: 'trainer: the loss of the step before is still in the sum',
    file: 'src/model/trainer.ts',
    find: '        encoder.clearBuffer(this.stats, 0, 12)\n',
    replace: '',
    test: run,
  },
  {
    name: 'optimizer: gradients of the step before are still there',
    file: 'shaders/optimizer.wgsl',
    find: '  grad[i] = 0.0;\n}',
    replace: '}',
    test: run,
  },
  {
    name: 'optimizer: the first moment is not corrected',
    file: 'src/ops/adamw.ts',
    find: '    -o.lr / correction1,',
    replace: '    -o.lr,',
    test: run,
  },
  {
    name: 'optimizer: the second moment is not corrected',
    file: 'shaders/optimizer.wgsl',
    find: 'divide(root(v), hyper[7])',
    replace: 'root(v)',
    test: run,
  },
  {
    name: 'optimizer: no weight decay',
    file: 'shaders/optimizer.wgsl',
    find: 'let decayed = own(x * hyper[6]);',
    replace: 'let decayed = x;',
    test: run,
  },
  {
    name: 'optimizer: clipping stretches small gradients',
    file: 'shaders/optimizer.wgsl',
    find: 'clip = min(1.0, max_norm / (norm + 1e-6));',
    replace: 'clip = max_norm / (norm + 1e-6);',
    test: { project: 'kernels', file: 'tests/kernels/optimizer.test.ts', only: 'clip factor' },
  },
  {
    name: 'optimizer: the norm is left squared',
    file: 'shaders/optimizer.wgsl',
    find: 'let norm = sqrt(workgroup_sum2(vec2<f32>(sum, 0.0), lane).x);',
    replace: 'let norm = workgroup_sum2(vec2<f32>(sum, 0.0), lane).x;',
    test: run,
  },
  {
    name: 'head: the maximum is not added back to the log of the sum',
    file: 'shaders/head.wgsl',
    find: 'log(s.y) + s.x - s.z',
    replace: 'log(s.y) - s.z',
    test: golden('qwen3 loss'),
  },
  {
    name: "head: the target's embedding is not taken off the gradient",
    file: 'shaders/head.wgsl',
    find: ' - target_rows[index]) * run[0]',
    replace: ') * run[0]',
    test: gradients,
  },
  {
    name: 'head: the gradient is not divided by the sum',
    file: 'shaders/head.wgsl',
    find: 'dh[index] / state[index / p.C].y',
    replace: 'dh[index]',
    test: gradients,
  },
  {
    name: 'nf4 kernel: nibbles swapped in the slab',
    file: 'shaders/nf4.wgsl',
    find: 'vec4<u32>(4u, 0u, 12u, 8u)',
    replace: 'vec4<u32>(0u, 4u, 8u, 12u)',
    test: logits,
  },
  {
    name: 'nf4 kernel: the mean of the scales is not added back',
    file: 'shaders/nf4.wgsl',
    find: ' + p.nested_offset;',
    replace: ';',
    test: logits,
  },
  {
    name: 'nf4 kernel: signs are lost when scales are taken',
    file: 'shaders/nf4.wgsl',
    find: 'best = max(best, abs(read_source(e)));',
    replace: 'best = max(best, read_source(e));',
    test: logits,
  },
  {
    name: 'rows: the first trained row gets no gradient',
    file: 'shaders/rows.wgsl',
    find: 'if (origin >= 0) {',
    replace: 'if (origin > 0) {',
    test: gradients,
  },
]

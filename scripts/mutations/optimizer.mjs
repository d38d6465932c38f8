/** @typedef {import('./index.mjs').Mutation} Mutation */

const test = { project: /** @type {const} */ ('kernels'), file: 'tests/kernels/optimizer.test.ts' }
const golden = { project: /** @type {const} */ ('kernels'), file: 'tests/golden/adamw.test.ts' }
const layout = { project: /** @type {const} */ ('unit'), file: 'tests/unit/optimizer-layout.test.ts' }
const determinism = {
  project: /** @type {const} */ ('kernels'),
  file: 'tests/golden/determinism.test.ts',
  only: 'qwen2',
}

/** @type {Mutation[]} */
export const optimizerMutations = [
  {
    name: 'adamw: a fused sum rounds twice',
    file: 'shaders/optimizer.wgsl',
    find: '  let z = two_sum(t.y, v.y);\n',
    replace: '  let z = vec2<f32>(t.y + v.y, 0.0);\n  if (z.x != 2.0) { return high + c; }\n',
    test: golden,
  },
  {
    name: 'adamw: a quotient is not rounded',
    file: 'shaders/optimizer.wgsl',
    find: '  if (2 * rest > unit || (2 * rest == unit && (q & 1u) == 1u)) { q += 1u; }\n',
    replace: '',
    test: golden,
  },
  {
    name: 'adamw: a root is not rounded',
    file: 'shaders/optimizer.wgsl',
    find: '  if (rest > i32(q)) { q += 1u; }\n',
    replace: '',
    test: golden,
  },
  {
    name: 'adamw: small tensors follow the formula of the large',
    file: 'shaders/optimizer.wgsl',
    find: '//#if FORMULA == bnb32',
    replace: '//#if FORMULA == none',
    test: golden,
  },
  {
    name: 'adamw: the tail of a tensor is left out',
    file: 'src/model/training/optimizer-layout.ts',
    find: 'at < slot.length; at',
    replace: 'at + OPTIMIZER_BLOCK <= slot.length; at',
    test: layout,
  },
  {
    name: 'adamw: the last block reaches into the next tensor',
    file: 'src/model/training/optimizer-layout.ts',
    find: 'Math.min(OPTIMIZER_BLOCK, slot.length - at)',
    replace: 'OPTIMIZER_BLOCK',
    test: layout,
  },
  {
    name: 'adamw: tensors of 4096 elements keep f32 states',
    file: 'src/model/training/optimizer-layout.ts',
    find: 'slot.length < MIN_8BIT_ELEMENTS',
    replace: 'slot.length <= MIN_8BIT_ELEMENTS',
    test: layout,
  },
  {
    name: 'paging: a page does not come home',
    file: 'src/model/training/state-pager.ts',
    find: '      bytes.set(new Uint8Array(staging.getMappedRange(0, bytes.length)))\n',
    replace: '',
    test,
  },
  {
    name: 'paging: pages after the first read the first page of the block table',
    file: 'src/model/training/optimizer.ts',
    find: 'pager.windows[chunk.window], chunk.first, chunk.count)',
    replace: 'pager.windows[chunk.window], 0, chunk.count)',
    test,
  },
  {
    name: 'paging: a save does not wait for pages on their way home',
    file: 'src/model/training/optimizer.ts',
    find: '      await this.pager.settle()\n      return parts',
    replace: '      return parts',
    test,
  },
  {
    name: 'paging: the next window overtakes the pages of an update',
    file: 'src/model/training/trainer.ts',
    find: '    await this.updating\n    await this.inputs',
    replace: '    await this.inputs',
    test: determinism,
  },
  {
    name: 'resume: the count of micro batches, which dropout draws from, is lost',
    file: 'src/model/training/trainer.ts',
    find: '    this.microSteps = words[1]\n',
    replace: '',
    test: determinism,
  },
  {
    name: 'resume: the step, which the bias correction counts, is lost',
    file: 'src/model/training/trainer.ts',
    find: '    this.steps = words[0]\n',
    replace: '',
    test: determinism,
  },
  {
    name: 'optimizer: the second moment in 32 bits stays as it was',
    file: 'shaders/optimizer.wgsl',
    find: '    state[at + 256u] = bitcast<u32>(v);\n',
    replace: '',
    test: { ...golden, only: 'states of 32 bits' },
  },
  {
    name: 'norm: a failed step is forgotten by the next',
    file: 'shaders/optimizer.wgsl',
    find: ', finite && stats[STATS_CLIP] >= 0.0);',
    replace: ', finite);',
    test: { project: /** @type {const} */ ('kernels'), file: 'tests/golden/failed-step.test.ts' },
  },
]

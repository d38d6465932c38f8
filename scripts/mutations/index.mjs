import { dataMutations } from './data.mjs'
import { exportMutations } from './exports.mjs'
import { formatMutations } from './formats.mjs'
import { gpuMutations } from './gpu.mjs'
import { kernelMutations } from './kernels.mjs'
import { modelMutations } from './model.mjs'
import { optimizerMutations } from './optimizer.mjs'
import { scoreMutations } from './scores.mjs'
import { trainMutations } from './train.mjs'

/**
 * Deliberate faults. `find` must stand exactly once in `file`; `test` is the narrowest run that should notice, `gpu` the
 * adapter of it where the usual one leaves that test out.
 * @typedef {{ project: 'unit' | 'kernels', file: string, only?: string, gpu?: 'swiftshader' }} NarrowTest
 * @typedef {{ name: string, file: string, find: string, replace: string, test: NarrowTest }} Mutation
 * @type {Mutation[]}
 */
export const mutations = [
  ...formatMutations,
  ...exportMutations,
  ...dataMutations,
  ...trainMutations,
  ...kernelMutations,
  ...gpuMutations,
  ...modelMutations,
  ...optimizerMutations,
  ...scoreMutations,
]

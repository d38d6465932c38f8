import { RUN, STATS } from '../../src/ops/step-words'

type Given<Table extends { index: Record<string, number> }> = Partial<Record<keyof Table['index'], number>>

/** The run buffer as kernels that read floats bind it: what is not given is 0, counters are bits. */
export function runWords({ seed = 0, micro_step = 0, ...scales }: Given<typeof RUN>): Float32Array {
  const words = new Float32Array(RUN.count)
  for (const [name, value] of Object.entries(scales)) words[RUN.index[name as keyof typeof scales]] = value
  const bits = new Uint32Array(words.buffer)
  bits[RUN.index.seed] = seed
  bits[RUN.index.micro_step] = micro_step
  return words
}

/** The same as dropout binds it. */
export const runBits = (given: Given<typeof RUN>): Uint32Array => new Uint32Array(runWords(given).buffer)

/** The stats buffer; what is not given is 0. */
export function statsWords(given: Given<typeof STATS>): Float32Array {
  const words = new Float32Array(STATS.count)
  for (const [name, value] of Object.entries(given)) words[STATS.index[name as keyof typeof given]] = value
  return words
}

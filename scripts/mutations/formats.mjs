/** @typedef {import('./index.mjs').Mutation} Mutation */

const unit = (file, only) => ({ project: /** @type {const} */ ('unit'), file: `tests/unit/${file}.test.ts`, only })
const nf4 = unit('formats-nf4')

/** @type {Mutation[]} */
export const formatMutations = [
  {
    name: 'nf4: nibbles swapped when written',
    file: 'src/formats/nf4.ts',
    find: 'i % 2 === 0 ? code << 4 : code',
    replace: 'i % 2 === 1 ? code << 4 : code',
    test: nf4,
  },
  {
    name: 'nf4: nibbles swapped when read',
    file: 'src/formats/nf4.ts',
    find: 'i % 2 === 0 ? byte >> 4 : byte & 15',
    replace: 'i % 2 === 1 ? byte >> 4 : byte & 15',
    test: nf4,
  },
  {
    name: 'nf4: a tie goes to the upper code',
    file: 'src/formats/nf4.ts',
    find: 'if (scaled > nf4Midpoints[middle])',
    replace: 'if (scaled >= nf4Midpoints[middle])',
    test: nf4,
  },
  {
    name: 'nf4: divided where bitsandbytes multiplies by the reciprocal',
    file: 'src/formats/nf4.ts',
    find: 'short ? values[i] / divisor : values[i] * inverse',
    replace: 'values[i] / divisor',
    test: nf4,
  },
  {
    name: 'nf4: scales are quantised without taking off their mean',
    file: 'src/formats/nf4.ts',
    find: 'absmax.map((value) => value - offset)',
    replace: 'absmax.map((value) => value)',
    test: nf4,
  },
  {
    name: 'nf4: the mean is not added back',
    file: 'src/formats/nf4.ts',
    find: 'value + scales.offset',
    replace: 'value',
    test: nf4,
  },
  {
    name: 'nf4: one of the sixteen values is off',
    file: 'src/formats/nf4.ts',
    find: '0.16093020141124725',
    replace: '0.16093',
    test: nf4,
  },
  {
    name: 'dynamic map: a decade too few parts',
    file: 'src/formats/dynamic-map.ts',
    find: '2 ** (signed ? i : i + 1)',
    replace: '2 ** i',
    test: nf4,
  },
  {
    name: 'blockwise: the neighbour below the nearest entry',
    file: 'src/formats/blockwise.ts',
    find: 'toRight < toLeft ? right : right - 1',
    replace: 'right - 1',
    test: nf4,
  },
  {
    name: 'blockwise: one scale for all blocks',
    file: 'src/formats/blockwise.ts',
    find: 'absmax[Math.floor(i / blockSize)]',
    replace: 'absmax[0]',
    test: nf4,
  },
]

import { nearestTable } from '../formats/blockwise'
import { dynamicMap } from '../formats/dynamic-map'

/**
 * What the 8-bit kernel looks up, 1024 words: the signed and the unsigned map as f32 bits, then for each the first of
 * 65536 steps over [-1, 1] that a code owns. A code that owns none begins where its successor does, and the search takes
 * the last that begins at or before a step.
 */
export function optimizerMaps(): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(1024)
  for (const [side, signed] of [true, false].entries()) {
    const map = dynamicMap(signed)
    words.set(new Uint32Array(map.buffer), side * 256)
    const table = nearestTable(map)
    const starts = words.subarray(512 + side * 256, 768 + side * 256).fill(65536)
    for (let step = 65535; step >= 0; step--) starts[table[step]] = step
    for (let code = 254; code >= 0; code--) starts[code] = Math.min(starts[code], starts[code + 1])
  }
  return words
}

import { nearestTable } from '../../formats/blockwise'
import { dynamicMap } from '../../formats/dynamic-map'

/** The signed and the unsigned map as f32 bits, then the codes of each one's 65536 steps over [-1, 1], four a word. */
export const MAP_WORDS = 2 * 256 + 2 * 16384

/** What the 8-bit kernel looks up, in the order that shaders/optimizer.wgsl states. */
export function optimizerMaps(): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(MAP_WORDS)
  for (const [side, signed] of [true, false].entries()) {
    const map = dynamicMap(signed)
    words.set(new Uint32Array(map.buffer), side * 256)
    words.set(new Uint32Array(nearestTable(map).buffer), 512 + side * 16384)
  }
  return words
}

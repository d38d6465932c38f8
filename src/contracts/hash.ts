/**
 * The hashes by which things are known again between two visits: what they give is written into files, so a change here
 * makes strangers of what was saved before.
 */

/** Where a 32-bit FNV-1a begins. */
export const FNV_32 = 0x811c9dc5

/** FNV-1a, 32 bits, taking one unit into account: a byte, a UTF-16 unit or a whole number. */
export const fnv32 = (hash: number, unit: number): number => Math.imul(hash ^ unit, 0x01000193)

/** As it is written: unsigned, in hexadecimal. */
export const fnv32Text = (hash: number): string => (hash >>> 0).toString(16)

/** FNV-1a, 32 bits, over a text's UTF-16 units; unsigned. */
export function fnv32OfText(text: string): number {
  let hash = FNV_32
  for (let i = 0; i < text.length; i++) hash = fnv32(hash, text.charCodeAt(i))
  return hash >>> 0
}

/** FNV-1a, 64 bits, over a text's UTF-16 units; in hexadecimal. */
export function fnv64OfText(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n)
  }
  return hash.toString(16)
}

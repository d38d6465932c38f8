/**
 * The alphabet of byte-level BPE: each of the 256 bytes stands as one printable character in the vocabulary. Printable
 * Latin-1 characters stand for themselves, the others are moved up from U+0100 in order. Source: GPT-2's
 * `bytes_to_unicode`.
 */
function buildAlphabet(): Map<string, number> {
  const isPrintable = (b: number) => (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae
  const alphabet = new Map<string, number>()
  let moved = 0
  for (let byte = 0; byte < 256; byte++) {
    alphabet.set(String.fromCharCode(isPrintable(byte) ? byte : 0x100 + moved++), byte)
  }
  return alphabet
}

const ALPHABET = buildAlphabet()

/** The bytes that a vocabulary entry stands for, or null where it is not written in the alphabet. */
export function bytesOfToken(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length)
  for (let i = 0; i < token.length; i++) {
    const byte = ALPHABET.get(token[i])
    if (byte === undefined) return null
    bytes[i] = byte
  }
  return bytes
}

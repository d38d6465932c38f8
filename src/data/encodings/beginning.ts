/** How the bytes of a text begin: what says its encoding without a doubt. */
export interface Beginning {
  /** By a mark, by its zeros or its escapes; null where only the whole can tell. */
  encoding: string | null
  /** Holds zeros as no text does. */
  isBinary: boolean
}

const LOOKED_AT = 1 << 16
/** ESC $ B and its like switch ISO-2022-JP, all of whose bytes are ASCII, to Japanese. */
const SWITCHES = /\x1b\$[@B]|\x1b\([IJ]/

/** `first`: the first bytes of a file, some tens of thousands where there are as many. */
export function beginningOf(first: Uint8Array): Beginning {
  const [a, b, c] = first
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', isBinary: false }
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', isBinary: false }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', isBinary: false }
  const bytes = first.subarray(0, LOOKED_AT)
  const zeros = [0, 0]
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) zeros[at % 2]++
  if (zeros[0] + zeros[1] > 0) {
    const encoding = unmarkedUtf16(bytes, zeros)
    return { encoding, isBinary: encoding === null && (zeros[0] + zeros[1]) * 1000 > bytes.length }
  }
  const isSwitched = bytes.includes(0x1b) && SWITCHES.test(String.fromCharCode(...bytes.subarray(0, 4096)))
  return { encoding: isSwitched ? 'iso-2022-jp' : null, isBinary: false }
}

/**
 * In UTF-16 every second byte of ASCII is zero, on the same side: what a table or JSON is put together with is ASCII.
 * Few characters have their zero on the other side (一 is 4E00).
 */
function unmarkedUtf16(bytes: Uint8Array, [even, odd]: number[]): string | null {
  const [more, less] = [Math.max(even, odd), Math.min(even, odd)]
  if (more * 100 < bytes.length / 2 || less * 3 > more) return null
  const encoding = odd > even ? 'utf-16le' : 'utf-16be'
  const text = new TextDecoder(encoding).decode(bytes.subarray(0, bytes.length & ~1))
  return /[\0-\x08\x0e-\x1f]/.test(text) ? null : encoding
}

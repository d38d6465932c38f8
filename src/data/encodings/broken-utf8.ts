/**
 * Where bytes stop being a text of an encoding, and, for UTF-8, how much of the rest is one: of a damaged file nearly
 * all characters are whole, of a file in another encoding hardly any.
 */
export class Breakage {
  /** First byte that does not belong, from 0; null while all do. */
  byte: number | null = null
  /** The line that it is on, from 1. */
  line = 1
  private readonly decoder: TextDecoder
  private readonly trial: TextDecoder
  private at = 0
  private lines = 1
  private whole = 0
  private broken = 0
  /** Bytes that are still to come of a character; those of it that came. */
  private missing = 0

  constructor(encoding: string) {
    this.decoder = new TextDecoder(encoding, { fatal: true })
    this.trial = new TextDecoder(encoding, { fatal: true })
  }

  feed(piece: Uint8Array): void {
    if (this.byte === null && !decodes(this.trial, piece)) this.find(piece)
    else if (this.byte === null) decodes(this.decoder, piece)
    for (const byte of piece) this.count(byte)
    this.at += piece.length
    this.lines += lineBreaks(piece)
  }

  /** The end: a character that is not whole breaks there. */
  finish(): void {
    if (this.byte === null && !decodes(this.trial, new Uint8Array(), true)) {
      this.byte = this.at
      this.line = this.lines
    }
  }

  /** Whether the bytes are UTF-8 but for a few. */
  get isDamage(): boolean {
    return this.whole >= 4 * Math.max(1, this.broken)
  }

  /** Byte by byte, with a decoder that stands before the piece. */
  private find(piece: Uint8Array): void {
    let k = 0
    while (k < piece.length && decodes(this.decoder, piece.subarray(k, k + 1))) k++
    this.byte = this.at + k
    this.line = this.lines + lineBreaks(piece.subarray(0, k))
  }

  private count(byte: number): void {
    const isMore = byte >= 0x80 && byte < 0xc0
    if (this.missing > 0) {
      if (!isMore) this.broken++
      else if (--this.missing === 0) this.whole++
      if (isMore) return
      this.missing = 0
    } else if (isMore) this.broken++
    if (byte >= 0xc2 && byte < 0xf5) this.missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    else if (byte >= 0xc0) this.broken++
  }
}

function decodes(decoder: TextDecoder, piece: Uint8Array, isLast = false): boolean {
  try {
    decoder.decode(piece, { stream: !isLast })
    return true
  } catch {
    return false
  }
}

function lineBreaks(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count++
  return count
}

/** Where bytes stop being what they were taken for, and what they are instead, where that is known. */
export interface Diagnosis {
  /** First byte that does not belong, from 0. */
  byte: number
  /** The line that it is on, from 1. */
  line: number
  encoding: 'gb18030' | null
}

/** Share of two-byte characters that must lie in GB 2312's own square, where all everyday Chinese is. */
const EVERYDAY = 0.8

/**
 * Why bytes are no `encoding`. Files without a mark from Chinese spreadsheets and editors are in GB 18030: taken for it
 * only where all of the file decodes and most of it is everyday Chinese, because accented letters of Western encodings
 * decode, too.
 */
export async function diagnose(bytes: AsyncIterable<Uint8Array>, encoding: string): Promise<Diagnosis> {
  const chinese = new ChineseBytes()
  const ahead = new TextDecoder(encoding, { fatal: true })
  const behind = new TextDecoder(encoding, { fatal: true })
  let place: { byte: number; line: number } | null = null
  let byte = 0
  let line = 1
  for await (const piece of bytes) {
    if (!place) {
      if (decodes(ahead, piece)) decodes(behind, piece)
      else place = breakIn(behind, piece, byte, line)
      byte += piece.length
      line += lineBreaks(piece)
    }
    chinese.feed(piece)
    if (place && chinese.isBroken) break
  }
  return { ...(place ?? { byte, line }), encoding: encoding === 'utf-8' && chinese.isLikely() ? 'gb18030' : null }
}

function decodes(decoder: TextDecoder, piece: Uint8Array): boolean {
  try {
    decoder.decode(piece, { stream: true })
    return true
  } catch {
    return false
  }
}

/** Byte by byte, with a decoder that stands before the piece. */
function breakIn(decoder: TextDecoder, piece: Uint8Array, at: number, line: number): { byte: number; line: number } {
  let k = 0
  while (k < piece.length && decodes(decoder, piece.subarray(k, k + 1))) k++
  return { byte: at + k, line: line + lineBreaks(piece.subarray(0, k)) }
}

const lineBreaks = (bytes: Uint8Array) => bytes.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0)

/** Whether bytes are GB 18030, and how many of its characters are everyday ones. */
class ChineseBytes {
  isBroken = false
  private readonly decoder = new TextDecoder('gb18030', { fatal: true })
  private lead = 0
  private pairs = 0
  private everyday = 0

  feed(piece: Uint8Array): void {
    this.isBroken ||= !decodes(this.decoder, piece)
    for (const byte of piece) {
      if (this.lead === 0) {
        this.lead = byte >= 0x81 ? byte : 0
        continue
      }
      this.pairs++
      if (this.lead >= 0xa1 && this.lead <= 0xf7 && byte >= 0xa1) this.everyday++
      this.lead = 0
    }
  }

  isLikely(): boolean {
    try {
      this.decoder.decode()
    } catch {
      this.isBroken = true
    }
    return !this.isBroken && this.pairs > 0 && this.everyday >= EVERYDAY * this.pairs
  }
}

import { fail } from '../errors'
import type { ByteSource } from '../contracts/bytes'
import { diagnose } from './encoding'

const CHUNK_BYTES = 1 << 20

export interface ReadOptions {
  signal?: AbortSignal
  /** Bytes of the file (as stored, before unpacking) that have been read. */
  onBytes?: (done: number) => void
  /** The file is in no Unicode encoding, but in this one. */
  onEncoding?: (encoding: 'gb18030') => void
}

/**
 * A file's text, piece by piece: unpacks gzip (recognised by its first bytes), drops a byte-order mark, takes GB 18030
 * for what it is and refuses what is not text. Holds one piece at a time. Throws 'data-encoding' with the place.
 */
export async function* readText(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<string> {
  const head = await source.read(0, Math.min(3, source.size))
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const open = (how: ReadOptions) => (isGzip ? gunzip(source, how) : readPieces(source, how))
  let decoder: TextDecoder | null = null
  let encoding = ''
  let isAscii = true
  /** Bytes of a character that is not whole yet, behind text that is all ASCII. */
  let held = new Uint8Array()
  const decode = async (piece: Uint8Array, isLast = false): Promise<string> => {
    try {
      return decoder!.decode(piece, { stream: !isLast })
    } catch (cause) {
      const { byte, line, encoding: actual } = await diagnose(open({ signal: options.signal }), encoding)
      // What was handed out already must read the same.
      if (!actual || !isAscii) throw fail('data-encoding', { file: source.name, byte, line }, cause)
      encoding = actual
      options.onEncoding?.(actual)
      decoder = new TextDecoder(actual, { fatal: true })
      return decoder.decode(held, { stream: true }) + decoder.decode(piece, { stream: !isLast })
    }
  }
  for await (const piece of open(options)) {
    if (!decoder) {
      encoding = encodingOf(piece)
      decoder = new TextDecoder(encoding, { fatal: true })
      isAscii = encoding === 'utf-8' && piece[0] !== 0xef
    }
    const text = await decode(piece)
    if (isAscii) {
      isAscii = /^[\0-\x7f]*$/.test(text)
      if (isAscii) held = Uint8Array.of(...held, ...piece.subarray(text.length))
    }
    if (text) yield text
  }
  const rest = decoder ? await decode(new Uint8Array(), true) : ''
  if (rest) yield rest
}

/** Spreadsheet programs save "Unicode text" as UTF-16 with a mark; everything else is taken for UTF-8. */
function encodingOf(first: Uint8Array): string {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

async function* readPieces(source: ByteSource, options: ReadOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < source.size; offset += CHUNK_BYTES) {
    options.signal?.throwIfAborted()
    const length = Math.min(CHUNK_BYTES, source.size - offset)
    const piece = await source.read(offset, length)
    options.onBytes?.(offset + length)
    yield piece as Uint8Array<ArrayBuffer>
  }
}

async function* gunzip(source: ByteSource, options: ReadOptions): AsyncGenerator<Uint8Array> {
  const pieces = readPieces(source, options)
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const next = await pieces.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
  })
  const reader = packed.pipeThrough(new DecompressionStream('gzip')).getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw fail('data-gzip', { file: source.name }, cause)
  } finally {
    await reader.cancel().catch(() => {})
  }
}

import { fail } from '../errors'
import type { ByteSource } from '../formats/bytes'

const CHUNK_BYTES = 1 << 20

export interface ReadOptions {
  signal?: AbortSignal
  /** Bytes of the file (as stored, before unpacking) that have been read. */
  onBytes?: (done: number) => void
}

/**
 * A file's text, piece by piece: unpacks gzip (recognised by its first bytes), drops a byte-order mark and refuses
 * what is not text. Holds one piece at a time. Throws 'data-encoding' with the place.
 */
export async function* readText(source: ByteSource, options: ReadOptions = {}): AsyncGenerator<string> {
  const head = await source.read(0, Math.min(3, source.size))
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const pieces = isGzip ? gunzip(source, options) : readPieces(source, options)
  let decoder: TextDecoder | null = null
  let decodedBytes = 0
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece), { fatal: true })
    let text: string
    try {
      text = decoder.decode(piece, { stream: true })
    } catch (cause) {
      throw fail('data-encoding', { file: source.name, byte: decodedBytes }, cause)
    }
    decodedBytes += piece.length
    if (text) yield text
  }
  try {
    const rest = decoder?.decode()
    if (rest) yield rest
  } catch (cause) {
    throw fail('data-encoding', { file: source.name, byte: decodedBytes }, cause)
  }
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

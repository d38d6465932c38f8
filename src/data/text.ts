import { fail } from '../errors'
import type { ByteSource } from '../contracts/bytes'
import { beginningOf } from './encodings/beginning'
import { Breakage } from './encodings/broken-utf8'
import { encodingNamed } from './encodings/names'

const CHUNK_BYTES = 1 << 20

export interface TextOptions {
  signal?: AbortSignal
  /** The file's encoding, by any of its names. Absent: found out. */
  encoding?: string
  /** Bytes of the file (as stored, before unpacking) that have been read. */
  onBytes?: (done: number) => void
  /** The encoding as browsers name it; `sample`: a line by which a person can tell, where it had to be found out. */
  onEncoding?: (encoding: string, sample: string | null) => void
}

/**
 * A file's text, piece by piece: unpacks gzip (recognised by its first bytes), drops a byte-order mark, finds out
 * encodings and refuses what is not text. Holds one piece at a time. Throws 'data-encoding' with the place,
 * 'data-encoding-unclear' where only a person can tell.
 */
export async function* textPieces(source: ByteSource, options: TextOptions = {}): AsyncGenerator<string> {
  const head = await source.read(0, Math.min(3, source.size))
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const open = (how: TextOptions) => (isGzip ? gunzip(source, how) : readPieces(source, how))
  const stated = options.encoding === undefined ? null : encodingNamed(options.encoding)
  const again = () => open({ signal: options.signal })
  let decoder: TextDecoder | null = null
  let encoding = stated ?? 'utf-8'
  let isAscii = stated === null
  /** Bytes of a character that is not whole yet, behind text that is all ASCII. */
  let held = new Uint8Array()
  const decode = async (piece: Uint8Array, isLast = false): Promise<string> => {
    try {
      // Always as a stream: without, Node reads windows-1252 as Latin-1.
      return decoder!.decode(piece, { stream: true }) + (isLast ? decoder!.decode() : '')
    } catch (cause) {
      // What was handed out already must read the same.
      if (!isAscii) throw await broken(source.name, again(), encoding, cause)
      const found = await find(source.name, again())
      encoding = found.encoding
      isAscii = false
      options.onEncoding?.(encoding, found.sample)
      decoder = new TextDecoder(encoding, { fatal: true })
      const text = decoder.decode(held, { stream: true }) + decoder.decode(piece, { stream: true })
      return text + (isLast ? decoder.decode() : '')
    }
  }
  for await (const piece of open(options)) {
    if (!decoder) {
      const beginning = beginningOf(piece)
      if (stated === null) {
        encoding = beginning.encoding ?? 'utf-8'
        if (beginning.isBinary) throw fail('data-foreign', { file: source.name, kind: 'binary' })
        isAscii = beginning.encoding === null
      }
      options.onEncoding?.(encoding, null)
      decoder = new TextDecoder(encoding, { fatal: true })
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

/** The encoding of a file that is not UTF-8. */
async function find(file: string, bytes: AsyncIterable<Uint8Array>): Promise<{ encoding: string; sample: string }> {
  const { findEncoding } = await import('./encodings/find-encoding')
  const found = await findEncoding(bytes)
  if (found.kind === 'one') return found
  if (found.kind === 'several') throw fail('data-encoding-unclear', { file, candidates: found.candidates })
  throw fail('data-encoding', { file, encoding: 'UTF-8', byte: found.byte, line: found.line })
}

async function broken(file: string, bytes: AsyncIterable<Uint8Array>, encoding: string, cause: unknown) {
  const breakage = new Breakage(encoding)
  for await (const piece of bytes) breakage.feed(piece)
  breakage.finish()
  const { byte, line } = breakage
  return fail('data-encoding', { file, encoding: encoding.toUpperCase(), byte: byte ?? 0, line }, cause)
}
async function* readPieces(source: ByteSource, options: TextOptions): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < source.size; offset += CHUNK_BYTES) {
    options.signal?.throwIfAborted()
    const length = Math.min(CHUNK_BYTES, source.size - offset)
    const piece = await source.read(offset, length)
    options.onBytes?.(offset + length)
    yield piece as Uint8Array<ArrayBuffer>
  }
}

async function* gunzip(source: ByteSource, options: TextOptions): AsyncGenerator<Uint8Array> {
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

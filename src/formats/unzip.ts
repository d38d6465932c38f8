import { fail } from '../errors'
import type { ByteSource, FileFolder } from '../contracts/bytes'
import { bytesSource } from './memory-folder'
import { crc32 } from './zip'

interface Entry {
  path: string
  method: number
  isEncrypted: boolean
  crc32: number
  packed: number
  size: number
  /** Of its local header. */
  offset: number
}

/** One file out of an archive is held in memory; no adapter is so large. */
const LARGEST_FILE = 2 ** 31 - 2 ** 20
/** Names of files, in all: more than any model folder has. */
const LARGEST_DIRECTORY = 64 << 20
/** The end record and the longest comment behind it. */
const END_BYTES = 22 + 0xffff

/**
 * A zip archive as a folder. Only its directory is read now; a file is unpacked when it is opened, never beyond the
 * size that the directory announces, and compared with its checksum. Throws 'intake-zip-broken' where the directory
 * cannot be read; `open` throws 'zip-entry-broken' and 'zip-entry-large'.
 * Source: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.5.3.
 */
export async function openZip(source: ByteSource): Promise<FileFolder> {
  const entries = new Map<string, Entry>()
  for (const entry of await readDirectory(source)) if (!entry.path.endsWith('/')) entries.set(entry.path, entry)
  return {
    name: source.name,
    list: async () => [...entries.values()].map(({ path, size }) => ({ path, size })),
    async open(path) {
      const entry = entries.get(path)
      return entry ? bytesSource(path, await unpack(source, entry)) : null
    },
  }
}

async function readDirectory(source: ByteSource): Promise<Entry[]> {
  const broken = (reason: string) => fail('intake-zip-broken', { file: source.name, reason })
  const { offset, bytes, count } = await findDirectory(source, broken)
  if (bytes > LARGEST_DIRECTORY || offset + bytes > source.size) throw broken(`directory of ${bytes} bytes`)
  const all = await source.read(offset, bytes)
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength)
  const entries: Entry[] = []
  let at = 0
  while (entries.length < count) {
    if (at + 46 > bytes || view.getUint32(at, true) !== 0x02014b50) throw broken(`entry ${entries.length + 1}`)
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true))
    const end = at + 46 + name + extra + comment
    if (end > bytes) throw broken(`entry ${entries.length + 1}`)
    const large = new LargeFields(view, at + 46 + name, extra)
    const size = large.or(view.getUint32(at + 24, true))
    const packed = large.or(view.getUint32(at + 20, true))
    entries.push({
      path: new TextDecoder().decode(all.subarray(at + 46, at + 46 + name)).replaceAll('\\', '/'),
      method: view.getUint16(at + 10, true),
      isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc32: view.getUint32(at + 16, true),
      packed,
      size,
      offset: large.or(view.getUint32(at + 42, true)),
    })
    at = end
  }
  return entries
}

/** The ZIP64 record of an entry: what does not fit its 32 bits, in a fixed order. */
class LargeFields {
  private readonly view: DataView
  private at = 0
  private end = 0

  constructor(view: DataView, from: number, length: number) {
    this.view = view
    for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
      if (view.getUint16(at, true) !== 1) continue
      this.at = at + 4
      this.end = Math.min(at + 4 + view.getUint16(at + 2, true), from + length)
      return
    }
  }

  or(value: number): number {
    if (value !== 0xffffffff || this.at + 8 > this.end) return value
    this.at += 8
    return Number(this.view.getBigUint64(this.at - 8, true))
  }
}

async function findDirectory(source: ByteSource, broken: (reason: string) => Error) {
  const from = Math.max(0, source.size - END_BYTES)
  const tail = await source.read(from, source.size - from)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  for (let at = tail.length - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    const short = {
      count: view.getUint16(at + 10, true),
      bytes: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    }
    const isLarge = short.count === 0xffff || short.bytes === 0xffffffff || short.offset === 0xffffffff
    if (!isLarge || at < 20 || view.getUint32(at - 20, true) !== 0x07064b50) return short
    const place = Number(view.getBigUint64(at - 12, true))
    if (place + 56 > source.size) throw broken('end record')
    const record = await source.read(place, 56)
    const large = new DataView(record.buffer, record.byteOffset, 56)
    if (large.getUint32(0, true) !== 0x06064b50) throw broken('end record')
    const [count, bytes, offset] = [32, 40, 48].map((field) => Number(large.getBigUint64(field, true)))
    return { count, bytes, offset }
  }
  throw broken('no end record')
}

async function unpack(source: ByteSource, entry: Entry): Promise<Uint8Array> {
  const { path, size, packed, offset, method } = entry
  const broken = (reason: string, cause?: unknown) =>
    fail('zip-entry-broken', { file: source.name, path, reason }, cause)
  if (size > LARGEST_FILE) throw fail('zip-entry-large', { file: source.name, path, bytes: size, most: LARGEST_FILE })
  if (entry.isEncrypted) throw broken('encrypted')
  if (method !== 0 && method !== 8) throw broken(`method ${method}`)
  if (offset + 30 > source.size) throw broken('beyond the end')
  const header = await source.read(offset, 30)
  const view = new DataView(header.buffer, header.byteOffset, 30)
  const from = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
  if (view.getUint32(0, true) !== 0x04034b50 || from + packed > source.size) throw broken('beyond the end')
  let bytes: Uint8Array
  try {
    bytes = method === 0 ? await source.read(from, packed) : await inflate(source, from, packed, size)
  } catch (error) {
    throw broken((error as Error).message, error)
  }
  if (bytes.length !== size) throw broken(`${bytes.length} bytes instead of ${size}`)
  if (crc32(bytes) !== entry.crc32) throw broken('checksum')
  return bytes
}

const CHUNK_BYTES = 1 << 20

/** Inflates up to `size` bytes and not one more. */
async function inflate(source: ByteSource, from: number, packed: number, size: number): Promise<Uint8Array> {
  let read = 0
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (read === packed) return controller.close()
      const length = Math.min(CHUNK_BYTES, packed - read)
      controller.enqueue((await source.read(from + read, length)) as Uint8Array<ArrayBuffer>)
      read += length
    },
  })
  const reader = pieces.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  // Grown as it fills: a directory may announce anything.
  let out = new Uint8Array(Math.min(size, CHUNK_BYTES))
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return out.subarray(0, length)
      if (length + value.length > size) throw new RangeError(`more than ${size} bytes`)
      if (length + value.length > out.length) {
        const grown = new Uint8Array(Math.min(size, Math.max(out.length * 2, length + value.length)))
        grown.set(out.subarray(0, length))
        out = grown
      }
      out.set(value, length)
      length += value.length
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

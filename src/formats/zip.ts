/**
 * Zip archives of files that are stored as they are (weights do not compress), laid out around their bytes, so that a
 * browser can join headers and files on disk into one blob without reading them again. Sizes and places beyond 4 GiB
 * use the ZIP64 records. Source: PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.5.3.
 */
export interface ZipEntry {
  /** With "/" between parts. */
  path: string
  size: number
  crc32: number
}

/** Names are UTF-8. */
const FLAGS = 0x0800
/** 1980-01-01, the format's own beginning: the same files give the same archive. */
const DATE = 0x21
/** In place of what stands in a ZIP64 record. */
const ELSEWHERE = 0xffffffff
const isLarge = (value: number) => value >= ELSEWHERE
/** The version of the format that a reader must know: 4.5 brought ZIP64. */
const versionFor = (large: boolean) => (large ? 45 : 20)

/** What stands before the bytes of a file. */
export function zipHeader({ path, size, crc32 }: ZipEntry): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path)
  const large = isLarge(size)
  const said = large ? ELSEWHERE : size
  const record = new LittleEndian().u32(0x04034b50).u16(versionFor(large)).u16(FLAGS).u16(0).u16(0).u16(DATE).u32(crc32)
  record
    .u32(said)
    .u32(said)
    .u16(name.length)
    .u16(large ? 20 : 0)
    .bytes(name)
  if (large) record.u16(1).u16(16).u64(size).u64(size)
  return record.done()
}

/**
 * What stands after the last file: the directory of all entries, in the order in which they were laid out from 0 on.
 */
export function zipDirectory(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const record = new LittleEndian()
  let offset = 0
  for (const entry of entries) {
    writeEntry(record, entry, offset)
    offset += zipHeader(entry).length + entry.size
  }
  const bytes = record.length
  const count = entries.length
  const large = isLarge(offset) || count >= 0xffff
  if (large) {
    record.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count).u64(bytes).u64(offset)
    record
      .u32(0x07064b50)
      .u32(0)
      .u64(offset + bytes)
      .u32(1)
  }
  const said = large ? 0xffff : count
  record.u32(0x06054b50).u16(0).u16(0).u16(said).u16(said)
  return record
    .u32(large ? ELSEWHERE : bytes)
    .u32(large ? ELSEWHERE : offset)
    .u16(0)
    .done()
}

function writeEntry(record: LittleEndian, { path, size, crc32 }: ZipEntry, offset: number): void {
  const name = new TextEncoder().encode(path)
  const large = isLarge(size) || isLarge(offset)
  const version = versionFor(large)
  record.u32(0x02014b50).u16(version).u16(version).u16(FLAGS).u16(0).u16(0).u16(DATE).u32(crc32)
  const said = large ? ELSEWHERE : size
  record
    .u32(said)
    .u32(said)
    .u16(name.length)
    .u16(large ? 28 : 0)
    .u16(0)
    .u16(0)
    .u16(0)
    .u32(0)
  record.u32(large ? ELSEWHERE : offset).bytes(name)
  if (large) record.u16(1).u16(24).u64(size).u64(size).u64(offset)
}

/** The checksum of zip and gzip (ISO 3309), fed piece by piece: begin with 0. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]) & 255]
  return ~crc >>> 0
}

const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/** Little-endian numbers, one after another. */
class LittleEndian {
  private readonly out: number[] = []

  get length(): number {
    return this.out.length
  }

  u16(value: number): this {
    this.out.push(value & 255, (value >>> 8) & 255)
    return this
  }

  u32(value: number): this {
    return this.u16(value & 0xffff).u16(value >>> 16)
  }

  u64(value: number): this {
    return this.u32((value % 2 ** 32) >>> 0).u32(Math.floor(value / 2 ** 32))
  }

  bytes(values: Uint8Array): this {
    for (const value of values) this.out.push(value)
    return this
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.out)
  }
}

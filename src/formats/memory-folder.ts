import type { ByteSink, ByteSource, FileFolder, WritableFolder } from '../contracts/bytes'
import { joined } from './joined'

/** Bytes that are in memory already. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length) {
      if (offset + length > bytes.length) throw new RangeError(`${name}: ${offset} + ${length} is over ${bytes.length}`)
      // A copy even of a Node Buffer, whose own `slice` is a view.
      return new Uint8Array(bytes.subarray(offset, offset + length))
    },
  }
}

/** A small folder in memory, readable and writable: exports that go into IndexedDB, unpacked zips, tests. */
export class MemoryFolder implements FileFolder, WritableFolder {
  readonly name: string
  readonly files: Map<string, Uint8Array>

  constructor(name: string, files: Iterable<[string, Uint8Array]> = []) {
    this.name = name
    this.files = new Map(files)
  }

  async list(): Promise<{ path: string; size: number }[]> {
    return [...this.files].map(([path, bytes]) => ({ path, size: bytes.length }))
  }

  async open(path: string): Promise<ByteSource | null> {
    const bytes = this.files.get(path)
    return bytes ? bytesSource(path, bytes) : null
  }

  /** The file appears when its sink is closed. */
  async create(path: string): Promise<ByteSink> {
    let chunks: Uint8Array[] = []
    return {
      write: async (chunk) => void chunks.push(new Uint8Array(chunk)),
      close: async () => void this.files.set(path, joined(chunks, Uint8Array)),
      abort: async () => void (chunks = []),
    }
  }
}

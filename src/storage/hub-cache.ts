import type { ByteSource } from '../contracts/bytes'

/** Where downloads of a hub are kept between visits: OPFS in a browser, a folder in Node. Keys are safe file names. */
export interface HubCache {
  /** A complete file. */
  open(key: string): Promise<ByteSource | null>
  /** What an earlier download left unfinished. */
  partial(key: string): Promise<PartialFile | null>
  /** Go on after the first `offset` bytes of the unfinished file; 0 begins anew. */
  append(key: string, offset: number, etag: string | null): Promise<HubCacheWriter>
  remove(key: string): Promise<void>
  /** Small texts (the list of a model's files). */
  readText(key: string): Promise<string | null>
  writeText(key: string, text: string): Promise<void>
  /** Bytes that may still be written, where that is known. */
  room?(): Promise<number>
}

/** A file without its end, with the ETag of the version that it is a part of. */
export interface PartialFile extends ByteSource {
  etag: string | null
}

/** One of `finish` and `keep` must be called. */
export interface HubCacheWriter {
  write(chunk: Uint8Array): Promise<void>
  /** The file is whole: it appears under its key at once. */
  finish(): Promise<void>
  /** Broken off: what was written stays for the next attempt. */
  keep(): Promise<void>
}

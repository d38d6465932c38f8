/**
 * Where bytes come from. The same three calls serve a File in the browser, a file in Node, an OPFS entry and a
 * ranged HTTP resource, so that readers never hold a whole file.
 */
export interface ByteSource {
  readonly name: string
  /** Bytes in all. */
  readonly size: number
  /** Exactly `length` bytes from `offset`; rejects when the source is shorter. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** A folder of byte sources: a picked folder, a directory on disk, a hub repository, a zip that was opened. */
export interface FileFolder {
  /** What to call it in messages. */
  readonly name: string
  /** Paths relative to the folder, with "/" between parts. */
  list(): Promise<{ path: string; size: number }[]>
  /** null where there is no such file. */
  open(path: string): Promise<ByteSource | null>
  /**
   * Bring files here that are about to be read whole: a hub downloads them into its cache. Absent where they are near.
   */
  prefetch?(paths: string[]): Promise<void>
}

/** Where bytes go: a file on disk, a download stream, an OPFS file, memory. Written front to back. */
export interface ByteSink {
  write(chunk: Uint8Array): Promise<void>
  close(): Promise<void>
  /** Throw away what was written. */
  abort(): Promise<void>
}

/** A folder that can be written: the command line's OUT, a picked directory, a zip being streamed. */
export interface WritableFolder {
  create(path: string): Promise<ByteSink>
  /** Bytes that still fit, null where nobody knows. Absent: likewise. */
  free?(): Promise<number | null>
}

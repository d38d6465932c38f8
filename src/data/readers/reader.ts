import type { TuneError } from '../../errors'
import type { ByteSource } from '../../contracts/bytes'
import type { RowNumbering } from '../../contracts/data'
import type { SourceRow } from '../source-row'

/** The beginning of a file, by which its reader is found. */
export interface FileHead {
  name: string
  /** The first bytes, as stored. */
  bytes: Uint8Array
  /** The first piece of its text that is not blank; null while only the bytes are asked about. */
  text: string | null
}

/** A file as its reader gets it. */
export interface DataFile {
  name: string
  /** The bytes as stored, for kinds that are read at places of their own choice. */
  source: ByteSource
  /** The whole text, piece by piece; can be asked for once. */
  text: AsyncIterable<string>
  /** Tell what is to be known of the file as a whole. */
  note(note: TuneError): void
  /** Tell what the numbers of its rows are; of several times the last one holds. */
  numbered(numbering: RowNumbering): void
}

/**
 * A kind of file that rows can be read from. The first of the registry (`readers/index.ts`) that knows the beginning
 * reads the whole.
 */
export interface Reader {
  name: string
  /** Whether the file is of this kind. Asked twice: by its bytes alone, then, of what is text, by its text. */
  sniff(head: FileHead): boolean
  /**
   * The rows, in the file's order. A row that is broken alone is yielded with its error; a file that is broken as a
   * whole throws a TuneError that names the place.
   */
  rows(file: DataFile): AsyncGenerator<SourceRow>
}

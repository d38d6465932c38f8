import { json } from './json'
import { plainText } from './plain-text'
import type { FileHead, Reader } from './reader'
import { table } from './table'

/** Every kind of file that is read. Of several that know a beginning, the first reads the file. */
const READERS: readonly Reader[] = [json, table, plainText]

export const readerOf = (head: FileHead): Reader | undefined => READERS.find((reader) => reader.sniff(head))

import { fail } from '../errors'
import type { ByteSource } from '../contracts/bytes'
import type { ForeignKind } from '../errors/data'

/** How far into a file its kind is told; a zip's first entries stand there, too. */
const HEAD_BYTES = 4096

/** What files begin with; `at`: behind so many bytes. */
const SIGNATURES: readonly { kind: ForeignKind; at?: number; bytes: string }[] = [
  { kind: 'parquet', bytes: 'PAR1' },
  { kind: 'arrow', bytes: 'ARROW1' },
  { kind: 'arrow', bytes: '\xff\xff\xff\xff' },
  { kind: 'arrow', bytes: 'FEA1' },
  { kind: 'avro', bytes: 'Obj\x01' },
  { kind: 'orc', bytes: 'ORC' },
  { kind: 'hdf5', bytes: '\x89HDF' },
  { kind: 'sqlite', bytes: 'SQLite format 3\0' },
  { kind: 'numpy', bytes: '\x93NUMPY' },
  { kind: 'pickle', bytes: '\x80\x02' },
  { kind: 'pickle', bytes: '\x80\x03' },
  { kind: 'pickle', bytes: '\x80\x04' },
  { kind: 'pickle', bytes: '\x80\x05' },
  { kind: 'safetensors', at: 4, bytes: '\0\0\0\0{' },
  { kind: 'gguf', bytes: 'GGUF' },
  { kind: 'pdf', bytes: '%PDF' },
  { kind: 'document', bytes: '{\\rtf' },
  { kind: 'picture', bytes: '\x89PNG' },
  { kind: 'picture', bytes: '\xff\xd8\xff' },
  { kind: 'picture', bytes: 'GIF8' },
  { kind: 'picture', at: 8, bytes: 'WEBP' },
  { kind: 'archive', at: 257, bytes: 'ustar' },
  { kind: 'archive', bytes: '7z\xbc\xaf\x27\x1c' },
  { kind: 'archive', bytes: 'Rar!\x1a' },
  { kind: 'packed', bytes: '\x28\xb5\x2f\xfd' },
  { kind: 'packed', bytes: '\xfd7zXZ' },
  { kind: 'packed', bytes: 'BZh' },
  { kind: 'packed', bytes: '\x04\x22\x4d\x18' },
  { kind: 'pointer', bytes: 'version https://git-lfs' },
]

/** What a file is by its first bytes; null where it may be text. `name` tells kinds of the same bytes apart. */
function foreignKind(name: string, head: Uint8Array): ForeignKind | null {
  const text = Array.from(head, (byte) => String.fromCharCode(byte)).join('')
  // A word may as well begin a table.
  const isBinary = /[\0-\x08\x0e-\x1f]/.test(text.slice(0, 64))
  const known = SIGNATURES.find(({ at = 0, bytes }) => text.startsWith(bytes, at) && (isBinary || !/^\w+$/.test(bytes)))
  if (known) return known.kind
  if (text.startsWith('PK\x03\x04')) return insideZip(name, text)
  if (text.startsWith('\xd0\xcf\x11\xe0')) return /\.(xls|csv|tsv)$/i.test(name) ? 'workbook' : 'document'
  return /^[\s\xef\xbb\xbf]*<(!doctype\s+html|html)/i.test(text) ? 'page' : null
}

/** Office, numpy and PyTorch pack their files as zip archives. */
function insideZip(name: string, text: string): ForeignKind {
  if (/\.docx?$/i.test(name) || /PK\x03\x04.{26}word\//s.test(text)) return 'document'
  // A workbook that was only given another ending is one still.
  if (/\.(xls[xmb]?|ods|csv|tsv)$/i.test(name) || /PK\x03\x04.{26}xl\//s.test(text)) return 'workbook'
  if (/PK\x03\x04.{26}[\w/]*data\.pkl/s.test(text)) return 'pytorch'
  return /PK\x03\x04.{26}[\w/]*\.npy/s.test(text) ? 'numpy' : 'zip'
}

/** Throws 'data-foreign' for a file that is no text. */
export async function refuseForeign(source: ByteSource): Promise<void> {
  const kind = foreignKind(source.name, await source.read(0, Math.min(HEAD_BYTES, source.size)))
  if (kind) throw fail('data-foreign', { file: source.name, kind })
}

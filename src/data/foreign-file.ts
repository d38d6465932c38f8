import { fail } from '../errors'
import type { ByteSource } from '../contracts/bytes'

/** Kinds of files that are often taken for data, and hold none that can be read here. */
type ForeignKind = 'pdf' | 'picture' | 'workbook' | 'document' | 'zip'

const starts = (head: Uint8Array, bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte)
const text = (word: string) => [...word].map((letter) => letter.charCodeAt(0))

/** What a file is by its first bytes; null where it may be text. `name` tells the kinds of zip apart. */
function foreignKind(name: string, head: Uint8Array): ForeignKind | null {
  if (starts(head, text('%PDF'))) return 'pdf'
  const pictures = [[0x89, ...text('PNG')], [0xff, 0xd8, 0xff], text('GIF8')]
  if (pictures.some((bytes) => starts(head, bytes))) return 'picture'
  const isZip = starts(head, [...text('PK'), 3, 4])
  const isOldOffice = starts(head, [0xd0, 0xcf, 0x11, 0xe0])
  if (!isZip && !isOldOffice) return null
  if (/\.docx?$/i.test(name)) return 'document'
  // A workbook that was only given another ending is one still.
  if (/\.(xls[xm]?|csv|tsv)$/i.test(name)) return 'workbook'
  return isZip ? 'zip' : 'document'
}

/** Throws 'data-foreign' for a file that is no text. */
export async function refuseForeign(source: ByteSource): Promise<void> {
  const kind = foreignKind(source.name, await source.read(0, Math.min(8, source.size)))
  if (kind) throw fail('data-foreign', { file: source.name, kind })
}

import { fail } from '../../errors'

/** Names that Python, Windows and others use for encodings of the WHATWG standard. */
const ALIASES: Record<string, string> = {
  cp949: 'euc-kr',
  uhc: 'euc-kr',
  cp932: 'shift_jis',
  cp936: 'gbk',
  cp950: 'big5',
  'big5-hkscs': 'big5',
  'latin-1': 'windows-1252',
  ansi: 'windows-1252',
  'utf-8-sig': 'utf-8',
  'utf-16': 'utf-16le',
  'utf-16-le': 'utf-16le',
  'utf-16-be': 'utf-16be',
  'iso2022-jp': 'iso-2022-jp',
  'mac-roman': 'macintosh',
  cp866: 'ibm866',
  cp65001: 'utf-8',
}

/** An encoding by any of its names, as the WHATWG standard calls it. Throws 'data-encoding-unknown'. */
export function encodingNamed(name: string): string {
  const plain = name.trim().toLowerCase()
  const known = ALIASES[plain.replaceAll('_', '-')] ?? plain
  for (const label of [known, known.replaceAll('_', '-')]) {
    try {
      return new TextDecoder(label).encoding
    } catch {
      // The standard has no such name.
    }
  }
  throw fail('data-encoding-unknown', { encoding: name })
}

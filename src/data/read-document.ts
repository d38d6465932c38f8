import { fail } from '../errors'
import { findEncoding } from './encodings/find-encoding'

/**
 * A text file as a whole, whatever it is encoded in. Throws 'eval-document-kind' for what is no text and
 * 'data-encoding-unclear' where only somebody who can read it can tell.
 */
export async function readDocument(file: string, bytes: Uint8Array): Promise<string> {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (marked) return new TextDecoder(bytes[0] === 0xff ? 'utf-16le' : 'utf-16be').decode(bytes)
  if (bytes.includes(0)) throw fail('eval-document-kind', { file })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const found = await findEncoding(once(bytes))
    if (found.kind === 'none') throw fail('eval-document-kind', { file })
    if (found.kind === 'several') throw fail('data-encoding-unclear', { file, candidates: found.candidates })
    return new TextDecoder(found.encoding).decode(bytes)
  }
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

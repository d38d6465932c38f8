import { fail } from '../../errors'
import { termsOf } from './terms'

/** A text that answers are held against. */
export interface Document {
  name: string
  text: string
}

/** A piece of a document that is found and shown as a whole. */
export interface Passage {
  document: string
  text: string
}

/** Terms of a passage: enough for a claim's context, few enough for a judge to read several. */
const TERMS = 120

/**
 * Documents in passages: whole paragraphs, short ones together, one that is too long by its sentences. A passage below
 * a heading begins with it. Throws 'eval-document-empty'.
 */
export function cutDocuments(documents: readonly Document[]): Passage[] {
  return documents.flatMap(({ name, text }) => {
    const passages: Passage[] = []
    let heading = ''
    let held: string[] = []
    const put = () => {
      const body = held.join('\n')
      if (termsOf(body).length > 0) passages.push({ document: name, text: heading ? `${heading}\n${body}` : body })
      held = []
    }
    const size = () => held.reduce((sum, part) => sum + termsOf(part).length, 0)
    for (const paragraph of text.replace(/\r\n?/g, '\n').split(/\n[^\S\n]*\n+/)) {
      const lines = paragraph.trim().split('\n')
      if (/^#{1,6} /.test(lines[0])) {
        put()
        heading = lines.shift()!.replace(/^#+\s*/, '')
      }
      for (const part of parts(lines.join('\n').trim())) {
        if (held.length > 0 && size() + termsOf(part).length > TERMS) put()
        if (part !== '') held.push(part)
      }
    }
    put()
    if (passages.length === 0) throw fail('eval-document-empty', { file: name })
    return passages
  })
}

/** A paragraph, or where it is too long its sentences, as many together as fit. */
function parts(paragraph: string): string[] {
  if (termsOf(paragraph).length <= TERMS) return [paragraph]
  const sentences = paragraph.match(/[^]*?(?:[.!?](?=\s)|[。！？\n]|$)/gu)!.filter((one) => one.trim() !== '')
  const found: string[] = []
  for (const sentence of sentences) {
    const together = (found.at(-1) ?? '') + sentence
    if (found.length > 0 && termsOf(together).length <= TERMS) found[found.length - 1] = together
    else found.push(sentence)
  }
  return found.map((one) => one.trim())
}

import table from './characters.json'
import type { Script, TextLanguage } from './candidates'
import { scriptOf } from './candidates'

/** Punctuation of texts that are not ASCII, which word lists do not count: a text holds so much of it in all. */
const PUNCTUATION: Record<Script, { bits: number; characters: string }[]> = {
  latin: [
    { bits: 5, characters: '’“”–' },
    { bits: 7, characters: '«»„—…\xa0€°‘' },
    { bits: 9, characters: '•·£§©®™¿¡ºª½²³×±µ‚´' },
  ],
  alphabet: [
    { bits: 6, characters: '«»“”„—–’…\xa0' },
    { bits: 9, characters: '№•·€£§©®™°‘،؟؛״׳' },
  ],
  ideographs: [
    { bits: 4, characters: '，。、' },
    { bits: 7, characters: '：；？！（）「」“”《》・ー　' },
    { bits: 9, characters: '【】『』〈〉…—～‘’·．％０１２３４５６７８９' },
  ],
}

/** Bits of a character that the language hardly knows, and of one that no text holds. */
const RARE: Record<Script, number> = { latin: 12, alphabet: 12, ideographs: 18 }
const NEVER = 26
/** ASCII's share in bits; two-byte characters may hold a byte of it. */
const ASCII = 5
/** A capital behind a small letter. */
const ODD = 6
/** Letters of two scripts in one word. */
const MIXED = 10

const LETTER = /\p{L}/u
const UPPER = /\p{Lu}/u
const LOWER = /\p{Ll}/u
const NO_TEXT = /[\0-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]|\p{Cn}/u

/** How many bits it takes to say a text in a language; of several readings, the shortest is likeliest. */
export class Evidence {
  bits = 0
  /** Characters beyond ASCII, and their bits. */
  count = 0
  beyondAscii = 0
  private before = ''
  private readonly script: Script
  private readonly known: Map<string, number>

  constructor(language: TextLanguage) {
    this.script = scriptOf(language)
    this.known = bitsOf(language)
  }

  feed(text: string): void {
    for (const character of text) {
      this.bits += this.cost(character)
      this.before = character
    }
  }

  private cost(character: string): number {
    const { before, script } = this
    if (character < '\x80') {
      if (NO_TEXT.test(character)) return NEVER
      return ASCII + (script === 'alphabet' && isLetter(character) && isOwn(before) ? MIXED : 0)
    }
    this.count++
    const bits = this.known.get(character) ?? (NO_TEXT.test(character) ? NEVER : RARE[script])
    const cost = bits + this.beside(character)
    this.beyondAscii += cost
    return cost
  }

  /** What the character before says: scripts do not mix within a word, accents do not stand in heaps. */
  private beside(character: string): number {
    const { before, script } = this
    if (script === 'ideographs') return 0
    if (!isLetter(character)) return script === 'latin' && isLetter(before) && !/[’\xa0…”»]/.test(character) ? 2 : 0
    const turnsUp = UPPER.test(character) && LOWER.test(before) ? ODD : 0
    if (script === 'latin') return (isOwn(before) ? 5 : 3) + turnsUp
    return (isLetter(before) && !isOwn(before) ? MIXED : 0) + turnsUp
  }
}

const isLetter = (character: string): boolean => character !== '' && LETTER.test(character)
const isOwn = (character: string): boolean => character > '\x7f' && isLetter(character)

const built = new Map<TextLanguage, Map<string, number>>()

/** A language of which there is no word list; counted over the texts of a program. */
const ESTONIAN = { 1: 'ä', 2: 'õ', 3: 'ü', 6: 'ö', 7: 'ž', 8: 'š' }

/** Letters that word lists fold into others. */
const FOLDED: Partial<Record<TextLanguage, Record<string, number>>> = {
  de: { ß: 3 },
  el: { ς: 5 },
  ro: { ş: 2, ţ: 3 },
}

/** The bits of a language's characters, capitals being rarer; letters share what punctuation leaves them. */
function bitsOf(language: TextLanguage): Map<string, number> {
  const known = built.get(language) ?? new Map<string, number>()
  if (known.size > 0) return known
  built.set(language, known)
  for (const { bits, characters } of PUNCTUATION[scriptOf(language)]) for (const one of characters) known.set(one, bits)
  for (const [bits, characters] of Object.entries(language === 'et' ? ESTONIAN : table.languages[language])) {
    for (const one of characters) {
      known.set(one, Number(bits) + 0.2)
      const upper = one.toUpperCase()
      if (upper !== one && upper.length === 1 && !known.has(upper)) known.set(upper, Number(bits) + 4)
    }
  }
  for (const [one, bits] of Object.entries(FOLDED[language] ?? {})) known.set(one, bits)
  return known
}

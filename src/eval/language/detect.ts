import { PythonRandom } from '../python/random'
import { isUpper } from '../python/text'

/**
 * The language of a text as the Python package langdetect 1.0.9 finds it (Apache-2.0; a port of Nakatani's
 * language-detection for Java): n-grams of up to three letters are drawn at random and update the probabilities of 55
 * languages. langdetect gives another answer each time for a text that it is unsure of, unless it is given a seed; ours
 * draws what it draws with seed 0, so the two agree to the last n-gram.
 */
export interface LanguageProfiles {
  /** Names as langdetect writes them: ISO 639-1, and zh-cn, zh-tw. */
  languages: string[]
  /** n-gram -> its share in each language. */
  shares: Map<string, Float64Array>
  /** Latin-1 signs that count as blanks. */
  signs: string
  /** Letter and mark above it -> the letter with the mark (Vietnamese). */
  marked: Map<string, string>
  /** Han character -> the one that stands for its group. */
  groups: Map<string, string>
}

const SEED = 0
const TRIALS = 7
const LIMIT = 1000
const CONVERGED = 0.99999
const ALPHA = 0.5
const ALPHA_WIDTH = 0.05
const BASE = 10000
const LONGEST = 10000
const LEAST = 0.1
const ADDRESS = /https?:\/\/[-_.?&~;+=/#0-9A-Za-z]{1,2076}/g
const MAIL = /[-_.0-9A-Za-z]{1,64}@[-_0-9A-Za-z]{1,255}[-_.0-9A-Za-z]{1,255}/g

/** `src/eval/data/langdetect.txt` -> profiles. */
export function readProfiles(text: string): LanguageProfiles {
  const [signs, vietnamese, han, ...blocks] = text.split('\n')
  const [letters, marks, ...composed] = vietnamese.split('\t').map((cell) => Array.from(cell))
  const marked = new Map<string, string>()
  marks.forEach((mark, m) => letters.forEach((letter, l) => marked.set(letter + mark, composed[m][l])))
  const groups = new Map(han.split('\t').flatMap((group) => Array.from(group, (char) => [char, group[0]] as const)))
  const languages: string[] = []
  const shares = new Map<string, Float64Array>()
  const count = blocks.filter((_, i) => i % 9 === 8).length
  for (let i = 0; i + 2 < blocks.length; i += 3) {
    const [name, n, seen] = blocks[i].split(' ')
    if (n === '1') languages.push(name)
    let times = 0
    blocks[i + 2].split(' ').forEach((step, g) => {
      times += parseInt(step, 36)
      const gram = blocks[i + 1].slice(g * Number(n), (g + 1) * Number(n))
      let row = shares.get(gram)
      if (!row) shares.set(gram, (row = new Float64Array(count)))
      row[languages.length - 1] = times / Number(seen)
    })
  }
  return { languages, shares, signs, marked, groups }
}

/** The likeliest language; "unknown" where none reaches a tenth, null where the text holds nothing to go by. */
export function detectLanguage(text: string, profiles: LanguageProfiles): string | null {
  const grams = gramsOf(withoutLatin(prepared(text, profiles)), profiles)
  if (grams.length === 0) return null
  const total = new Float64Array(profiles.languages.length)
  const random = new PythonRandom(SEED)
  for (let trial = 0; trial < TRIALS; trial++) {
    const chances = trialOf(grams, profiles, random)
    for (let j = 0; j < total.length; j++) total[j] += chances[j] / TRIALS
  }
  let best = 0
  for (let j = 1; j < total.length; j++) if (total[j] > total[best]) best = j
  return total[best] > LEAST ? profiles.languages[best] : 'unknown'
}

/** One trial: probabilities updated by random n-grams until one language stands out. */
function trialOf(grams: string[], { languages, shares }: LanguageProfiles, random: PythonRandom): Float64Array {
  const chances = new Float64Array(languages.length).fill(1 / languages.length)
  const weight = (ALPHA + random.gauss() * ALPHA_WIDTH) / BASE
  for (let i = 0; ; i++) {
    const row = shares.get(grams[random.below(grams.length)])!
    for (let j = 0; j < chances.length; j++) chances[j] *= weight + row[j]
    if (i % 5 !== 0) continue
    let sum = 0
    for (const chance of chances) sum += chance
    let most = 0
    for (let j = 0; j < chances.length; j++) {
      chances[j] /= sum
      most = Math.max(most, chances[j])
    }
    if (most > CONVERGED || i >= LIMIT) return chances
  }
}

/** Addresses become blanks, letters and their marks one letter, runs of blanks one blank; the rest is cut off. */
function prepared(text: string, { marked }: LanguageProfiles): string[] {
  const plain = text.replace(ADDRESS, ' ').replace(MAIL, ' ')
  const chars = Array.from(plain)
  const composed: string[] = []
  for (let i = 0; i < chars.length; i++) {
    const both = marked.get(chars[i] + (chars[i + 1] ?? ''))
    composed.push(both ?? chars[i])
    if (both !== undefined) i++
  }
  return composed.slice(0, LONGEST).filter((char, i, all) => char !== ' ' || all[i - 1] !== ' ')
}

/** Latin letters are dropped from a text that is mostly in another script. */
function withoutLatin(chars: string[]): string[] {
  let latin = 0
  let other = 0
  for (const char of chars) {
    const code = char.codePointAt(0)!
    if (code >= 0x41 && code <= 0x7a) latin++
    else if (code >= 0x300 && !(code >= 0x1e00 && code <= 0x1eff)) other++
  }
  return latin * 2 < other ? chars.filter((char) => char < 'A' || char > 'z') : chars
}

/** The n-grams of the text that the profiles know; none from inside a word in capitals. */
function gramsOf(chars: string[], profiles: LanguageProfiles): string[] {
  const out: string[] = []
  let held = [' ']
  let inCapitals = false
  for (const raw of chars) {
    const char = normalized(raw, profiles)
    const last = held.at(-1)!
    let isSkipped = false
    if (last === ' ') {
      held = [' ']
      inCapitals = false
      isSkipped = char === ' '
    } else if (held.length >= 3) held.shift()
    if (!isSkipped) {
      held.push(char)
      if (!isUpper(char)) inCapitals = false
      else if (isUpper(last)) inCapitals = true
    }
    if (inCapitals) continue
    for (let n = 1; n <= held.length; n++) {
      const gram = held.slice(-n).join('')
      if (gram !== ' ' && profiles.shares.has(gram)) out.push(gram)
    }
  }
  return out
}

/** Letters that langdetect takes for one another, by the block they stand in. */
function normalized(char: string, { signs, groups }: LanguageProfiles): string {
  const code = char.codePointAt(0)!
  const within = (from: number, to: number) => code >= from && code <= to
  if (code <= 0x7f) return /[A-Za-z]/.test(char) ? char : ' '
  if (code <= 0xff) return signs.includes(char) ? ' ' : char
  if (code === 0x219) return '\u015f'
  if (code === 0x21b) return '\u0163'
  if (within(0x2000, 0x206f)) return ' '
  if (code === 0x6cc) return '\u064a'
  if (within(0x1ea0, 0x1eff)) return '\u1ec3'
  if (within(0x3040, 0x309f)) return '\u3042'
  if (within(0x30a0, 0x30ff)) return '\u30a2'
  if (within(0x3100, 0x312f) || within(0x31a0, 0x31bf)) return '\u3105'
  if (within(0x4e00, 0x9fff)) return groups.get(char) ?? char
  if (within(0xac00, 0xd7af)) return '\uac00'
  return char
}

import type { EncodingCandidate } from '../../errors/data'
import { Breakage } from './broken-utf8'
import type { TextLanguage } from './candidates'
import { CANDIDATES, scriptOf } from './candidates'
import { Evidence } from './evidence'

/** What bytes that are not UTF-8 are in. */
export type Finding =
  | { kind: 'one'; encoding: string; sample: string }
  /** Several are as likely, the likeliest first. */
  | { kind: 'several'; candidates: EncodingCandidate[] }
  /** None, or UTF-8 that is damaged: the first byte that does not belong, from 0, and its line, from 1. */
  | { kind: 'none'; byte: number; line: number }

/** Bytes that are weighed, of pieces that hold more than ASCII. */
const WEIGHED = 1 << 15
/** Odds of 2^this decide. */
const CLEAR_BITS = 14
/** Bits a character beyond ASCII that a text in its language hardly needs. */
const PLAUSIBLE = { latin: 11, alphabet: 9, ideographs: 14.5 }
/** A sample, and how much of it stands before the first character beyond ASCII. */
const SAMPLE_LENGTH = 100
const AROUND = 20

/**
 * The encoding of bytes that are not UTF-8. Those in which all bytes decode compete: the text of each is weighed by how
 * often its characters occur in the languages that were written so. It is found where one text is far likelier than any
 * other; where not, only somebody who can read it can tell.
 */
export async function findEncoding(bytes: AsyncIterable<Uint8Array>): Promise<Finding> {
  const breakage = new Breakage('utf-8')
  let trials = CANDIDATES.map(({ encoding, languages, rarity }) => new Trial(encoding, languages, rarity))
  let weighed = 0
  for await (const piece of bytes) {
    breakage.feed(piece)
    const first = piece.findIndex((byte) => byte >= 0x80)
    const from = first < 0 ? piece.length : Math.max(0, first - AROUND)
    const to = Math.min(piece.length, from + WEIGHED - weighed)
    weighed += to - from
    trials = trials.filter(
      (trial) =>
        trial.feed(piece.subarray(0, from)) &&
        trial.feed(piece.subarray(from, to), true) &&
        trial.feed(piece.subarray(to)),
    )
  }
  breakage.finish()
  const none: Finding = { kind: 'none', byte: breakage.byte ?? 0, line: breakage.line }
  if (breakage.isDamage) return none
  const found = distinct(trials.filter((trial) => trial.finish() && trial.isPlausible))
  if (found.length === 0) return none
  const likely = found.filter((trial) => trial.bits - found[0].bits < CLEAR_BITS)
  if (likely.length === 1) return { kind: 'one', encoding: likely[0].encoding, sample: likely[0].sample }
  return { kind: 'several', candidates: likely.map(({ encoding, sample }) => ({ encoding, sample })) }
}

/** By likelihood; of those that give the same text the first. */
function distinct(trials: readonly Trial[]): Trial[] {
  const texts = new Map<string, Trial>()
  for (const trial of trials) if (!texts.has(trial.text)) texts.set(trial.text, trial)
  return [...texts.values()].sort((a, b) => a.bits - b.bits)
}

/** One encoding, tried. */
class Trial {
  /** What is weighed. */
  text = ''
  readonly encoding: string
  private readonly rarity: number
  private readonly decoder: TextDecoder
  private readonly evidence: { language: TextLanguage; evidence: Evidence }[]

  constructor(encoding: string, languages: readonly TextLanguage[], rarity: number) {
    this.encoding = encoding
    this.rarity = rarity
    this.decoder = new TextDecoder(encoding, { fatal: true })
    this.evidence = languages.map((language) => ({ language, evidence: new Evidence(language) }))
  }

  /** Whether the bytes decode still. */
  feed(piece: Uint8Array, isWeighed = false): boolean {
    try {
      const text = this.decoder.decode(piece, { stream: true })
      if (isWeighed) this.text += text
      return true
    } catch {
      return false
    }
  }

  finish(): boolean {
    try {
      this.decoder.decode()
    } catch {
      return false
    }
    for (const { evidence } of this.evidence) evidence.feed(this.text)
    this.evidence.sort((a, b) => a.evidence.bits - b.evidence.bits)
    return true
  }

  get bits(): number {
    return this.evidence[0].evidence.bits + this.rarity
  }

  get isPlausible(): boolean {
    const [{ language, evidence }] = this.evidence
    return evidence.beyondAscii / Math.max(1, evidence.count) <= PLAUSIBLE[scriptOf(language)]
  }

  /** The first lines that hold more than ASCII, from a little before it on. */
  get sample(): string {
    const lines = this.text.split(/[\r\n]+/).filter((line) => /[^\0-\x7f]/.test(line))
    const near = lines.slice(0, 2).map((line) => line.slice(Math.max(0, line.search(/[^\0-\x7f]/) - AROUND)))
    return near.join('\n').slice(0, SAMPLE_LENGTH)
  }
}

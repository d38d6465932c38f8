import { fail } from '../errors'
import type { TuneError } from '../errors'
import type { Met } from '../errors/data-notes'
import type { Remark } from './shapes/fields'
import type { SkipReason } from './shapes/skip'

type Say = (met: Met) => TuneError

const SAY: Record<Remark | SkipReason | 'tools-unseen', Say> = {
  'answer-empty': (met) => fail('data-answers-empty', met),
  'answer-object': (met) => fail('data-answers-objects', met),
  'flag-fraction': (met) => fail('data-flags-fraction', met),
  'flag-on-question': (met) => fail('data-flags-questions', met),
  'rejected-half': (met) => fail('data-rejected-halves', met),
  'row-rejected': (met) => fail('data-rows-rejected', met),
  'row-untrained': (met) => fail('data-rows-untrained', met),
  'system-twice': (met) => fail('data-systems-twice', met),
  'text-as-chat': (met) => fail('data-texts-as-chats', met),
  'tools-unseen': (met) => fail('data-tools-unseen', met),
  'turn-untrained': (met) => fail('data-turns-untrained', met),
}

export type Remarkable = keyof typeof SAY

/** Counts what is to be said of the rows of a file, so that each thing is said once. */
export class Remarks {
  private readonly met = new Map<Remarkable, Met>()

  add(what: Remarkable, row: number, count = 1): void {
    const met = this.met.get(what) ?? { rows: 0, count: 0, first: [] }
    met.rows++
    met.count += count
    if (met.first.length < 3) met.first.push(row)
    this.met.set(what, met)
  }

  notes(): TuneError[] {
    return [...this.met].map(([what, met]) => SAY[what](met))
  }
}

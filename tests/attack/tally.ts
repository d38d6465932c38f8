import { TuneError } from '../../src/errors'

/** What came of one kind of attack. */
export interface Tally {
  kind: string
  tried: number
  held: number
  /** The first few that did not hold: which one, and what happened. */
  broke: string[]
}

const SHOWN = 20
/** An input that takes longer has blocked whoever waits for it; a busy machine is given as much again. */
const LONGEST_MS = 20_000

export function newTally(kind: string): Tally {
  return { kind, tried: 0, held: 0, broke: [] }
}

export function note(tally: Tally, which: string, problem: string | null): void {
  tally.tried++
  if (problem === null) tally.held++
  else if (tally.broke.length < SHOWN) tally.broke.push(`${which}: ${problem}`)
}

/**
 * What is wrong with how an input was met; null where nothing is. It is met well when it is read, or refused by an
 * error with a code, in a time that a person waits.
 */
export async function met(work: () => Promise<unknown>): Promise<string | null> {
  const began = performance.now()
  let problem: string | null = null
  try {
    await work()
  } catch (error) {
    if (!(error instanceof TuneError)) problem = `raw ${String((error as Error)?.stack ?? error).slice(0, 400)}`
    else if (error.message.length > 4000) problem = `a message of ${error.message.length} characters (${error.code})`
    else if (/undefined|\[object Object\]/.test(error.message)) problem = `says "${error.message.slice(0, 200)}"`
  }
  const ms = performance.now() - began
  return problem ?? (ms > LONGEST_MS ? `took ${Math.round(ms)} ms` : null)
}

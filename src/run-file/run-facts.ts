import type { RunFile } from './run-file'

/** Tokens of a data set once over, and those of them that count for the loss. */
export interface DataTokens {
  all: number
  trained: number
}

/** Facts that the exported README states. */
export interface RunFacts {
  runName?: string
  dataName?: string
  rows?: number
  tokens?: DataTokens
  /** Of the data set, in the words of whoever trained. */
  dataLicense?: string
  run?: RunFile
  outcome?: { steps: number; trainLoss: number | null; seconds: number }
  /** How it stands to its base: the verdict in words, and lines of figures below a head. */
  scores?: { verdict: string; table: string[][] }
}

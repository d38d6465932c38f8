import type { RunFile } from './run-file'

/** Facts that the exported README states. */
export interface RunFacts {
  runName?: string
  dataName?: string
  rows?: number
  run?: RunFile
  outcome?: { steps: number; trainLoss: number | null; seconds: number }
  /** How it stands to its base: the verdict in words, and lines of figures below a head. */
  scores?: { verdict: string; table: string[][] }
}

/** What a search among the matrix product's kernels found on one device; kept as JSON by device, driver and browser. */
export interface TuningReport {
  /** The device and its surroundings; a report holds for no other. */
  key: string
  adapter: string
  software: boolean
  /** How long the search took. */
  milliseconds: number
  classes: TunedClass[]
  /** Variants that gave other numbers than their twin: never used on this device. */
  refused: string[]
  /** Operations in one submit, so that none holds the GPU for 100 ms at the rate that was found. */
  flopsPerSubmit: number
}

/** One class of products: forward, backward, attention. */
export interface TunedClass {
  name: string
  /** M, N, K and how many of them. */
  shape: [number, number, number, number]
  candidates: TunedCandidate[]
  chosen: string
  gflops: number
}

export interface TunedCandidate {
  variant: string
  /** 0 where it was not timed. */
  gflops: number
  /** Why it is not among the chosen: gave other numbers, did not run, or was far behind after one run. */
  note: 'differs' | 'failed' | 'slow' | null
}

/** Where reports are kept; failing to keep one costs a second search and nothing else. */
export interface TuningStore {
  read(key: string): Promise<TuningReport | null>
  write(report: TuningReport): Promise<void>
}

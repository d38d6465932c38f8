export interface PlotSeries {
  id: string
  name?: string
  /**
   * live: the accent; held: the held-out rows; faint: the raw values behind it; under: another run; one..five: runs
   * beside each other.
   */
  tone: 'live' | 'held' | 'faint' | 'under' | 'one' | 'two' | 'three' | 'four' | 'five'
  points: { x: number; y: number }[]
  /** Dots without a line between them, the one at `best` marked. */
  dots?: { best: number }
}

/** Space around the plotting area in CSS pixels; the crosshair over it counts on the same numbers. */
export const PLOT_MARGIN = { left: 52, right: 12, top: 8, bottom: 22 }

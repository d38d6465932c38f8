export interface PlotSeries {
  id: string
  name?: string
  /** live: the accent; faint: the raw values behind it; under: another run; one..five: runs beside each other. */
  tone: 'live' | 'faint' | 'under' | 'one' | 'two' | 'three' | 'four' | 'five'
  points: { x: number; y: number }[]
}

/** Space around the plotting area in CSS pixels; the crosshair over it counts on the same numbers. */
export const PLOT_MARGIN = { left: 52, right: 12, top: 8, bottom: 22 }

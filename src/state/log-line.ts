import type { SerializedError } from '../errors'

/** One line of what a run told on its way. */
export interface LogLine {
  time: number
  level: 'info' | 'warning'
  text: SerializedError | string
}

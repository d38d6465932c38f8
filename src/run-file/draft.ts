import type { LeftWhy } from '../errors/train'

/** Something that could not be taken over, as it is written and where. */
export interface LeftOut {
  written: string
  line: number | null
  why: LeftWhy
  /** The name here that it most likely means. */
  suggestion?: string | null
}

/** What a file or script of another trainer says, by this run file's names, before it is checked. */
export interface Draft {
  trainer: string
  fields: Record<string, unknown>
  /** Where its fields stand, by the names that `fields` has: `lora.r` for those of a group. */
  places: Map<string, { text: string; line: number | null }>
  left: LeftOut[]
  /** What it calls its model and its data, for people: they are opened by hand. */
  model: string | null
  data: string | null
}

import type { SerializedError } from '../errors/index'

export interface ExportedFile {
  path: string
  bytes: number
}

/** Texts of a README by key: those of src/i18n/LANGUAGE/card/. */
export type CardWords = Readonly<Record<string, string>>

/** What can be said about an export besides its kind; each kind takes what concerns it. */
export interface ExportSettings {
  /** Merge onto the source's own weights (read again; the default), or onto the dequantised NF4 that training saw. */
  base?: 'original' | 'dequantized'
  /** What files are called that are not called by their format; absent: after the model. */
  name?: string
  /** In what language the README is written; absent: English. */
  words?: CardWords
  /** GGUF: the one file that is wanted, under this name, and nothing beside it. */
  file?: string
  /** The model as it is, though an adapter is on it. */
  withoutAdapter?: boolean
  /** bnb-4bit: scales in 8 bits (the default) or an f32 scale for every block of 64. */
  doubleQuant?: boolean
  /** bnb-4bit: projections that stay as they are, besides the head: `llm_int8_skip_modules`. */
  skipModules?: string[]
  /** bnb-4bit: `bnb_4bit_compute_dtype`; absent: the source's own type. */
  computeDtype?: string
}

/** Files of llama.cpp as WebAssembly that a chat page takes along, from @wllama/wllama. */
export const CLIENT_ASSETS = ['wllama.js', 'wllama.wasm', 'wllama-licence.txt'] as const
export type ClientAsset = (typeof CLIENT_ASSETS)[number]

/** A project that goes on with a run elsewhere: where it begins, how far it goes, over how many rows. */
export interface Handover {
  step: number
  steps: number
  rows: number
}

/** What of a run's data goes along with it. */
export interface HandoverData {
  /** The rows as ids and labels, the file that they were made of, or both. */
  along: 'both' | 'ready' | 'raw'
  /** A set on a hub in place of the file, and its split. */
  id: string | null
  split: string
}

/** A format in which a loaded model can be taken along. */
export interface ExportOffer {
  kind: string
  /** Of an adapter alone, or of the model with the adapter worked in where there is one. */
  takes: 'adapter' | 'model'
  /** Of the weights; null where they are the adapter's. */
  bytes: number | null
  /** Why this model cannot be written so. */
  obstacle: SerializedError | null
}

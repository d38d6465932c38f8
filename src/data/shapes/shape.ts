import type { DataFormat, ColumnMapping, Message } from '../../contracts/data'
import type { Fields } from './fields'

interface Chat {
  tools: unknown[] | null
  /** More variables for the template (`chat_template_kwargs`). */
  templateArgs: Record<string, unknown>
  /** Indices of assistant turns that are read but not trained; in a completion they count on from the prompt's. */
  untrained?: readonly number[]
}

/** A row in the shape in which it is tokenised. */
export type Example =
  | ({ kind: 'chat'; messages: Message[] } & Chat)
  | ({ kind: 'chat-completion'; prompt: Message[]; completion: Message[] } & Chat)
  | { kind: 'completion'; prompt: string; completion: string }
  | { kind: 'text'; text: string }

/**
 * A way in which data sets keep an example in a row. The first of the registry (`shapes/index.ts`) that knows a row
 * makes its example.
 */
export interface Shape {
  format: DataFormat
  /** Whether all that the shape needs is in the row; 'part' where it is the shape's, but something is missing. */
  recognise(fields: Fields): 'whole' | 'part' | null
  /** Throws a TuneError that names the row and what it lacks. */
  toExample(fields: Fields, mapping: ColumnMapping): Example
}

import type { ErrorWithin } from './within'

/** The parameters of an error that needs none. */
export type None = Record<string, never>

/** An error within an error reaches the words as its own text in their language, see `errorText`. */
type Told<Params> = { [Name in keyof Params]: Exclude<Params[Name], ErrorWithin> }

/** One language's words for an area's errors: a sentence or three of what its parameters tell. */
export type ErrorTexts<Errors> = { [Code in keyof Errors]: (params: Told<Errors[Code]>) => string }

/** The parameters of an error that needs none. */
export type None = Record<string, never>

/** One language's words for an area's errors: a sentence or three of what its parameters tell. */
export type ErrorTexts<Errors> = { [Code in keyof Errors]: (params: Errors[Code]) => string }

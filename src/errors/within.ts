/** An error as the parameter of another, as plain data: a SerializedError, whose codes nothing here may know. */
export interface ErrorWithin {
  code: string
  params: Record<string, unknown>
  message: string
}

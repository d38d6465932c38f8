/** One error text in the two languages of the studio; the parameters are the same for both. */
interface ErrorText<P = any> {
  en: (p: P) => string
  zh: (p: P) => string
}

export type ErrorCatalog = Record<string, ErrorText>

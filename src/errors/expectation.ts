/** What a field may be; plain data, so that it crosses a worker boundary and is worded in any language. */
export type Expectation =
  | { kind: 'number'; min?: number; above?: number; below?: number; not?: number; integer?: boolean }
  | { kind: 'boolean' }
  | { kind: 'choice'; values: string[] }
  | { kind: 'only'; value: unknown }

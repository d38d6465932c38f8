/** Requests to other addresses than the page's own, and the bytes that went along with them, by origin. */
export type Ledger = Record<string, { requests: number; sentBytes: number }>

export function foreignRequests(ledger: Ledger, origin: string, sentBytes: number): Ledger {
  const before = ledger[origin] ?? { requests: 0, sentBytes: 0 }
  return { ...ledger, [origin]: { requests: before.requests + 1, sentBytes: before.sentBytes + sentBytes } }
}

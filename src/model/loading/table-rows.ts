/** How a table of V rows is split so that each part can be bound; rows a part a multiple of 8. */
export function tableRows(V: number, rowBytes: number, limit: number): { first: number; count: number }[] {
  const rows = Math.min(V, Math.floor(limit / rowBytes / 8) * 8)
  const parts: { first: number; count: number }[] = []
  for (let first = 0; first < V; first += rows) parts.push({ first, count: Math.min(rows, V - first) })
  return parts
}

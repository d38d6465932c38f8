/** One array of all pieces in order; `make` says of which kind. */
export function joined<A extends Uint8Array | Float32Array>(pieces: A[], make: new (length: number) => A): A {
  const out = new make(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let offset = 0
  for (const piece of pieces) {
    out.set(piece, offset)
    offset += piece.length
  }
  return out
}

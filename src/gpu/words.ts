/**
 * A small buffer whose 32-bit words have names. The host reads and writes by them; a shader gets the same table as
 * constants, `STATS_LOSS` for the word `loss` of `STATS`, from the text that stands before its source.
 */
export interface NamedWords<Name extends string> {
  readonly index: Readonly<Record<Name, number>>
  readonly count: number
  readonly wgsl: string
}

export function namedWords<Name extends string>(table: string, names: readonly Name[]): NamedWords<Name> {
  return {
    index: Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>,
    count: names.length,
    wgsl: names.map((name, i) => `const ${table}_${name.toUpperCase()} = ${i}u;\n`).join(''),
  }
}

/** All words of a table as f32. */
export function floatWords<Name extends string>(
  table: NamedWords<Name>,
  values: Record<Name, number>,
): Float32Array<ArrayBuffer> {
  const words = new Float32Array(table.count)
  for (const [name, at] of Object.entries<number>(table.index)) words[at] = values[name as Name]
  return words
}

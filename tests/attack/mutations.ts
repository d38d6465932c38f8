import type { Random } from './random'

/** What stands in files that somebody wrote by hand, by mistake or with intent. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  0.5,
  1e-320,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  'x',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'NaN',
  '(a+)+$',
  'x'.repeat(10_000),
  [],
  {},
  [[]],
  [null],
  { toString: 1 },
  { length: 1e9 },
]

/** Not JSON values, but what a text may hold in the place of one. */
const STRANGE_TEXT = ['NaN', 'Infinity', '-Infinity', '1e999', '-1e999', '01', "'x'", 'None', '0x10']

/** A JSON text with one to three of its values or names changed; sometimes one that is no JSON any more. */
export function mutatedJson(text: string, random: Random): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return mutatedText(text, random)
  }
  const marker = 'attack-here'
  for (let n = 1 + random.below(3); n > 0; n--) value = changed(value, random, marker)
  const out = JSON.stringify(value) ?? 'null'
  const at = random.below(8) === 0 ? deep(random) : random.of(STRANGE_TEXT)
  return out.replaceAll(`"${marker}"`, at)
}

const deep = (random: Random) => {
  const depth = random.of([100, 10_000, 200_000])
  return '['.repeat(depth) + ']'.repeat(depth)
}

function changed(root: unknown, random: Random, marker: string): unknown {
  const places: [parent: Record<string, unknown>, key: string][] = []
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null || places.length > 5000) return
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key])
      visit((value as Record<string, unknown>)[key])
    }
  }
  visit(root)
  if (places.length === 0 || random.below(40) === 0) return random.of(STRANGE)
  const [parent, key] = random.of(places)
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      break
    case 1:
      parent[key] = marker
      break
    case 2: {
      // A value from elsewhere in the file.
      const [other, name] = random.of(places)
      parent[key] = structuredClone(other[name])
      break
    }
    case 3:
      if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]))
      else {
        parent[`${key}${random.of(['', 's', '_', '\u0000', '.0'])}`] = parent[key]
        if (random.below(2)) delete parent[key]
      }
      break
    default:
      parent[key] = structuredClone(random.of(STRANGE))
  }
  return root
}

const PIECES = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\n',
  '\r',
  '\0',
  '\ufeff',
  '\ud83d',
  '{{',
  '}}',
  '{%',
  '%}',
  '#}',
]

export function mutatedText(text: string, random: Random): string {
  let out = text
  for (let n = 1 + random.below(3); n > 0; n--) {
    const at = random.below(out.length + 1)
    const length = random.below(Math.min(60, out.length - at + 1))
    switch (random.below(5)) {
      case 0:
        out = out.slice(0, at)
        break
      case 1:
        out = out.slice(0, at) + out.slice(at + length)
        break
      case 2:
        out = out.slice(0, at) + out.slice(at, at + length) + out.slice(at)
        break
      case 3:
        out = out.slice(0, at) + random.of(PIECES) + out.slice(at)
        break
      default:
        out = out.slice(0, at) + random.of(PIECES) + out.slice(at + length)
    }
  }
  return out
}

export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let out = bytes.slice()
  for (let n = 1 + random.below(4); n > 0; n--) {
    // Headers and directories stand at the ends.
    const near = random.of([Math.min(out.length, 200), out.length])
    const at = random.below(2) ? random.below(near + 1) : Math.max(0, out.length - 1 - random.below(near + 1))
    const length = random.below(Math.min(100, out.length - at + 1))
    switch (random.below(7)) {
      case 0:
        out = out.slice(0, at)
        break
      case 1:
        out = joined(out.subarray(0, at), out.subarray(at + length))
        break
      case 2:
        out = joined(out.subarray(0, at + length), out.subarray(at))
        break
      case 3:
        out = joined(
          out,
          Uint8Array.from({ length }, () => random.below(256)),
        )
        break
      case 4:
        out.fill(random.of([0, 0xff, 0x7f, 0x80]), at, Math.min(out.length, at + 1 + random.below(8)))
        break
      default:
        if (at < out.length) out[at] ^= 1 << random.below(8)
    }
  }
  return out
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

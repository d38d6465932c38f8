import type { FileFolder } from '../../contracts/bytes'

/** Names of licence files, most usual first, and words by which their text is known. */
const FILES = ['LICENSE', 'LICENSE.txt', 'LICENSE.md', 'LICENCE']
const KNOWN: [RegExp, string][] = [
  [/Apache License\s+Version 2\.0/, 'apache-2.0'],
  [/\bMIT License\b/, 'mit'],
  [/QWEN RESEARCH LICENSE/i, 'qwen-research'],
  [/Qwen LICENSE AGREEMENT/i, 'qwen'],
  [/LLAMA [\d.]+ COMMUNITY LICENSE/i, 'llama-community'],
]

/**
 * The licence's short name from the model card's front matter, else from the licence file's text; null where neither
 * says.
 */
export async function readLicense(folder: FileFolder, has: ReadonlySet<string>): Promise<string | null> {
  if (has.has('README.md')) {
    const fromCard = cardLicense(await readStart(folder, 'README.md'))
    if (fromCard) return fromCard
  }
  for (const path of FILES.filter((name) => has.has(name))) {
    const text = await readStart(folder, path)
    return (
      KNOWN.find(([pattern]) => pattern.test(text))?.[1] ?? (text.trim().split('\n')[0].trim().slice(0, 60) || null)
    )
  }
  return null
}

/** `license:` of the YAML between the first two "---" lines; `license_name:` where the former says "other". */
function cardLicense(text: string): string | null {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1]
  if (!front) return null
  const field = (name: string) =>
    new RegExp(`^${name}:\\s*(?:\\n\\s*-\\s*)?["']?([^"'\\n]+?)["']?\\s*$`, 'm').exec(front)?.[1] ?? null
  const license = field('license')
  return license === 'other' ? (field('license_name') ?? license) : license
}

/** Model cards can be long; what matters stands at their beginning. */
async function readStart(folder: FileFolder, path: string): Promise<string> {
  const source = await folder.open(path)
  return source ? new TextDecoder().decode(await source.read(0, Math.min(source.size, 16384))) : ''
}

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
  const [first, ...lines] = text.split(/\r?\n/)
  const end = lines.indexOf('---')
  if (first !== '---' || end < 0) return null
  const front = lines.slice(0, end)
  // Line by line: what somebody wrote into a card must not decide how long a pattern takes.
  const field = (name: string): string | null => {
    const at = front.findIndex((line) => line.startsWith(`${name}:`))
    if (at < 0) return null
    const value =
      front[at].slice(name.length + 1).trim() || (/^\s*-\s(.*)$/.exec(front[at + 1] ?? '')?.[1].trim() ?? '')
    return value.replace(/^["']|["']$/g, '') || null
  }
  const license = field('license')
  return license === 'other' ? (field('license_name') ?? license) : license
}

/** Model cards can be long; what matters stands at their beginning. */
async function readStart(folder: FileFolder, path: string): Promise<string> {
  const source = await folder.open(path)
  return source ? new TextDecoder().decode(await source.read(0, Math.min(source.size, 16384))) : ''
}

// The licences of what `npm ci --omit=dev` installs, as package-lock.json and the packages themselves name them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** SPDX names of licences under which a part may go along with software under Apache-2.0, whole and in a bundle. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
  'Zlib',
])

/**
 * Whether all that an SPDX expression asks for is permissive: both sides of an AND, one of an OR. Exceptions (WITH) and
 * names that are not in the list are not taken for it.
 * @param {string} expression
 */
export function isPermissive(expression) {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? []
  let at = 0
  // AND binds closer than OR.
  const either = () => {
    let found = both()
    while (tokens[at] === 'OR') {
      at += 1
      // Read in any case, else what follows would stay behind.
      const other = both()
      found ||= other
    }
    return found
  }
  const both = () => {
    let found = one()
    while (tokens[at] === 'AND') {
      at += 1
      const other = one()
      found &&= other
    }
    return found
  }
  const one = () => {
    const token = tokens[at++]
    if (token !== '(') return PERMISSIVE.has(token)
    const found = either()
    return tokens[at++] === ')' && found
  }
  return either() && at === tokens.length
}

/**
 * Name, version, licence, copyright lines and licence texts of every package that comes along without the development
 * tools, by name.
 * @param {string} root
 */
export function licencesOf(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const found = new Map()
  for (const [path, locked] of Object.entries(packages)) {
    if (path === '' || locked.dev) continue
    const folder = join(root, path)
    if (!existsSync(join(folder, 'package.json'))) throw new Error(`${path} is not installed: npm ci`)
    const itself = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const { name, version } = itself
    if (version !== locked.version)
      throw new Error(`${path} is ${version}, package-lock.json says ${locked.version}: npm ci`)
    const licence = locked.license ?? itself.license ?? 'unknown'
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    found.set(`${name} ${version}`, { name, version, licence, texts, copyright: copyrightOf(texts, itself.author) })
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** Lines that name holders; where there is none, the author. */
function copyrightOf(texts, author) {
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.trim()))
  // Licences speak of copyright notices and owners, too, and Apache's has a line to fill in.
  const naming = lines.filter((line) => /^copyright (?!notice|owner|holder|licen[cs]e|\[)/i.test(line))
  if (naming.length > 0) return [...new Set(naming)]
  const name = typeof author === 'string' ? author : author?.name
  return [name ? `Copyright ${name}` : 'Copyright its authors']
}

/** Every package of `licencesOf` with its licence in full; a text that several share stands once, below their names. */
export function licenceTexts(root) {
  const named = new Map()
  for (const { name, version, licence, copyright, texts } of licencesOf(root)) {
    const text = texts.join('\n\n')
    const head = `${name} ${version} (${licence})`
    const known = named.get(text) ?? []
    named.set(text, [...known, text ? head : [head, ...copyright].join('\n')])
  }
  return (
    [...named].map(([text, heads]) => `${heads.join('\n')}\n\n${text}`.trimEnd()).join(`\n\n${'-'.repeat(80)}\n\n`) +
    '\n'
  )
}

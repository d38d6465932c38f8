import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The machine's package sources, from both spellings that apt reads (man 5 sources.list). Needed to add Debian's
 * backports from the mirror that this machine already uses and trusts: the project names no mirror itself.
 * @typedef {{ uris: string[], suites: string[], components: string[], signedBy: string | null }} AptSource
 */

/** @param {string} text a one-line style `*.list` file
 * @returns {AptSource[]} */
export function parseListFile(text) {
  const sources = []
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line)
    if (!match) continue
    const [, options = '', uri, suite, components] = match
    sources.push({
      uris: [uri],
      suites: [suite],
      components: components.split(/\s+/).filter(Boolean),
      signedBy: /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1] ?? null,
    })
  }
  return sources
}

/** @param {string} text a deb822 style `*.sources` file
 * @returns {AptSource[]} */
export function parseSourcesFile(text) {
  const sources = []
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  for (const stanza of lines.join('\n').split(/\n\s*\n/)) {
    /** @type {Record<string, string>} */
    const fields = {}
    let current = ''
    for (const line of stanza.split('\n')) {
      const field = /^([A-Za-z-]+):\s*(.*)$/.exec(line)
      if (field) fields[(current = field[1].toLowerCase())] = field[2]
      else if (/^\s+\S/.test(line) && current) fields[current] += `\n${line}`
    }
    const words = (name) => (fields[name] ?? '').split(/\s+/).filter(Boolean)
    if (!words('types').includes('deb') || /^(no|false|0)$/i.test(fields.enabled ?? '')) continue
    sources.push({
      uris: words('uris'),
      suites: words('suites'),
      components: words('components'),
      signedBy: fields['signed-by'] ?? null,
    })
  }
  return sources
}

/** @param {string} [etc]
 * @returns {AptSource[]} */
export function readAptSources(etc = '/etc/apt') {
  const parts = join(etc, 'sources.list.d')
  const files = [
    join(etc, 'sources.list'),
    ...(existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : []),
  ]
  return files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      if (file.endsWith('.list')) return parseListFile(readFileSync(file, 'utf8'))
      return file.endsWith('.sources') ? parseSourcesFile(readFileSync(file, 'utf8')) : []
    })
}

/**
 * A deb822 stanza for `<codename>-backports`, on the mirror and with the key of the source that serves `<codename>`
 * itself.
 * @param {AptSource[]} sources
 * @param {string} codename
 * @returns {string | null} null where backports are a source already or where there is no source to take the mirror
 * from
 */
export function backportsStanza(sources, codename) {
  const suite = `${codename}-backports`
  if (sources.some((source) => source.suites.includes(suite))) return null
  const base = sources.find((source) => source.suites.includes(codename) && source.components.includes('main'))
  if (!base) return null
  const signedBy = base.signedBy ? `Signed-By: ${base.signedBy}\n` : ''
  return `Types: deb\nURIs: ${base.uris.join(' ')}\nSuites: ${suite}\nComponents: main\n${signedBy}`
}

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

/** What the built page is made of. */
const SOURCES = ['index.html', 'package-lock.json', 'public', 'shaders', 'src', 'vite.config.ts', 'scripts/lib']

/** Names, sizes and times of all sources, as one number: what a build was made from. */
function fingerprint(root) {
  const hash = createHash('sha256')
  const add = (path) => {
    const at = join(root, path)
    const { mtimeMs, size } = statSync(at)
    if (statSync(at).isDirectory()) for (const name of readdirSync(at).sort()) add(`${path}/${name}`)
    else hash.update(`${path}\0${size}\0${mtimeMs}\n`)
  }
  for (const path of SOURCES) if (existsSync(join(root, path))) add(path)
  return hash.digest('hex')
}

/** Builds that stay: one of before may still be served to somebody who trains. */
const KEPT_BUILDS = 4

/**
 * The folder of the built page, built anew when a source has changed since. Every build has its own folder, so that a
 * page that is being served loses none of its files.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export async function builtPage(root, say) {
  const place = join(root, '.cache', 'page')
  const site = join(place, fingerprint(root).slice(0, 16))
  if (existsSync(site)) return site
  say('Building the page: its sources are new or have changed ...')
  const started = Date.now()
  const draft = join(place, `draft-${process.pid}`)
  try {
    await build({ root, logLevel: 'warn', build: { outDir: draft, emptyOutDir: true } })
    renameSync(draft, site)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  const builds = readdirSync(place).map((name) => join(place, name))
  const newest = [...builds].sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const old of newest.slice(KEPT_BUILDS)) rmSync(old, { recursive: true, force: true })
  say(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`)
  return site
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './shell.mjs'

/**
 * Which packages of the lock file are absent from node_modules or there in another version. npm writes what it
 * installed into node_modules/.package-lock.json, so comparing the two files is exact where comparing their times is
 * not.
 * Optional packages (other systems' binaries) may be absent.
 * @param {string} root
 * @returns {string[]}
 */
export function missingPackages(root) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const hidden = join(root, 'node_modules', '.package-lock.json')
  const installed = existsSync(hidden) ? JSON.parse(readFileSync(hidden, 'utf8')).packages : {}
  return Object.keys(wanted).filter((path) => {
    if (path === '') return false
    const found = installed[path]
    if (!found) return !(wanted[path].optional || wanted[path].devOptional)
    return found.version !== wanted[path].version || !existsSync(join(root, path))
  })
}

/**
 * `npm ci` when something is missing.
 * @param {string} root
 * @returns {Promise<string>} what was done, in words
 */
export async function ensurePackages(root) {
  const missing = missingPackages(root)
  if (missing.length === 0) return 'npm packages: all there'
  console.log(`Installing npm packages (${missing.length} missing or of another version) with npm ci ...`)
  const started = Date.now()
  const { code } = await npm(['ci', '--include=dev', '--include=optional'], {
    cwd: root,
    // Playwright must not fetch browsers on its own: scripts/lib/browsers.mjs decides which one is used.
    env: { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', NODE_ENV: 'development' },
  })
  const left = code === 0 ? missingPackages(root) : missing
  if (left.length > 0) {
    throw new Error(
      `npm ci ended with code ${code} and ${left.length} packages are still missing (${left.slice(0, 3).join(', ')}), so nothing can run. ` +
        'Check that npm reaches its registry (npm ping) and try again.',
    )
  }
  return `npm packages: installed with npm ci in ${Math.round((Date.now() - started) / 1000)} s`
}

/** @returns {string | null} what is wrong with this Node, or null */
export function nodeProblem(root) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '')
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return null
  return `Node ${process.versions.node} is too old, so the build tools do not start. Install Node ${wanted} or newer and try again.`
}

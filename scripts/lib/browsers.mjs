import { existsSync, readFileSync, realpathSync } from 'node:fs'

const SYSTEM_CHROMIUMS = [
  '/usr/bin/chromium',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/usr/bin/chromium-browser',
]

/**
 * Whether the Chromium that this version of Playwright drives is there; an older one beside it would not do. The
 * packages must be installed.
 */
export async function hasPlaywrightChromium() {
  const { chromium } = await import('playwright')
  return existsSync(chromium.executablePath())
}

/**
 * The Chromium that the browser tests drive: $TUNETAB_CHROMIUM, one installed on the system, else undefined for
 * Playwright's own.
 * @returns {string | undefined}
 */
export function systemChromium() {
  const chosen = process.env.TUNETAB_CHROMIUM
  if (chosen) return chosen
  return process.platform === 'linux'
    ? SYSTEM_CHROMIUMS.find((path) => existsSync(path) && !isSnapStub(path))
    : undefined
}

/**
 * Ubuntu's Chromium is a script that starts a snap: that cannot read /tmp, and a container has no snaps.
 * @param {string} path
 */
export function isSnapStub(path) {
  if (/\/snap(\/|$)/.test(realpathSync(path))) return true
  const start = readFileSync(path).subarray(0, 4096).toString('latin1')
  return start.startsWith('#!') && start.includes('/snap/')
}

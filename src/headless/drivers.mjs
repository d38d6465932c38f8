// Where the software GPUs' Vulkan drivers lie. Plain JavaScript: the set-up scripts read the same list before anything
// is built.
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** The folder in which Playwright keeps the browsers that it downloads. */
function playwrightCache() {
  if (process.env.PLAYWRIGHT_BROWSERS_PATH) return process.env.PLAYWRIGHT_BROWSERS_PATH
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ms-playwright')
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright')
  return join(homedir(), '.cache/ms-playwright')
}

/** @param {string} folder */
const inside = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [])

/** Folders of Chromiums, each of which ships SwiftShader beside its binary; Playwright's newest first. */
function chromiumFolders() {
  const chosen = process.env.TUNETAB_CHROMIUM
  const downloaded = inside(playwrightCache()).filter((path) => /chromium(_headless_shell)?-\d+$/.test(path))
  return [
    ...(chosen ? [dirname(chosen)] : []),
    '/usr/lib/chromium',
    '/opt/google/chrome',
    '/usr/lib/chromium-browser',
    ...downloaded.sort().reverse().flatMap(inside),
  ]
}

/** The environment variable that names a driver's manifest, whatever lies elsewhere. */
export const MANIFEST_VARIABLES = { swiftshader: 'TUNETAB_SWIFTSHADER_ICD', lavapipe: 'TUNETAB_LAVAPIPE_ICD' }

/**
 * The Vulkan driver manifest of a software GPU on this machine, or null: of SwiftShader, which comes with Chromium, or
 * of Mesa's lavapipe. Whether Dawn can open it is another question: it refuses Mesa 22.
 * @param {'swiftshader' | 'lavapipe'} kind
 * @returns {string | null}
 */
export function driverManifest(kind) {
  const paths =
    kind === 'swiftshader'
      ? chromiumFolders().map((folder) => join(folder, 'vk_swiftshader_icd.json'))
      : ['', '.x86_64', '.aarch64', '.i686'].map((machine) => `/usr/share/vulkan/icd.d/lvp_icd${machine}.json`)
  return [process.env[MANIFEST_VARIABLES[kind]], ...paths].find((path) => path && existsSync(path)) ?? null
}

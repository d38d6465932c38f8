import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

const SYSTEM_CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome', '/usr/bin/chromium-browser']

/** The folder in which Playwright keeps the browsers that it downloads. */
function playwrightCache() {
  if (process.env.PLAYWRIGHT_BROWSERS_PATH) return process.env.PLAYWRIGHT_BROWSERS_PATH
  if (process.platform === 'darwin') return join(homedir(), 'Library/Caches/ms-playwright')
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'ms-playwright')
  return join(homedir(), '.cache/ms-playwright')
}

/** Whether Playwright has downloaded a full Chromium (its headless shell alone has no WebGPU on software adapters). */
export function hasPlaywrightChromium() {
  const cache = playwrightCache()
  return existsSync(cache) && readdirSync(cache).some((name) => /^chromium-\d+$/.test(name))
}

/**
 * The Chromium that the browser tests drive: $TUNETAB_CHROMIUM, one installed on the system, else undefined for
 * Playwright's own.
 * @returns {string | undefined}
 */
export function systemChromium() {
  const chosen = process.env.TUNETAB_CHROMIUM
  if (chosen) return chosen
  return process.platform === 'linux' ? SYSTEM_CHROMIUMS.find((path) => existsSync(path)) : undefined
}

/**
 * The Vulkan driver manifest of SwiftShader, which every Chromium ships beside its binary.
 * @returns {string | undefined}
 */
export function swiftShaderManifest() {
  const file = 'vk_swiftshader_icd.json'
  const folders = ['/usr/lib/chromium', '/opt/google/chrome', '/usr/lib/chromium-browser']
  const chosen = process.env.TUNETAB_CHROMIUM
  if (chosen) folders.unshift(dirname(chosen))
  const cache = playwrightCache()
  if (existsSync(cache)) {
    for (const name of readdirSync(cache).filter((entry) => /^chromium-\d+$/.test(entry))) {
      for (const sub of existsSync(join(cache, name)) ? readdirSync(join(cache, name)) : []) folders.push(join(cache, name, sub))
    }
  }
  return folders.map((folder) => join(folder, file)).find((path) => existsSync(path))
}

/**
 * The Vulkan driver manifest of Mesa's lavapipe.
 * @returns {string | undefined}
 */
export function lavapipeManifest() {
  return ['lvp_icd.json', 'lvp_icd.x86_64.json', 'lvp_icd.aarch64.json']
    .map((name) => join('/usr/share/vulkan/icd.d', name))
    .find((path) => existsSync(path))
}

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

/** WebGPU on Chromium's own SwiftShader, and nothing that reaches for the network on its own. */
const CHROMIUM_ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--no-default-browser-check',
  '--no-pings',
]

/**
 * Launch options for Playwright: the system's Chromium where there is one, else Playwright's own. Its default
 * `--disable-gpu` is dropped because it takes WebGPU away; root needs `--no-sandbox`.
 * @returns {{ launchOptions: import('@playwright/test').LaunchOptions, channel?: string }}
 */
export function chromiumLaunch() {
  const executablePath = systemChromium()
  const args = process.getuid?.() === 0 ? [...CHROMIUM_ARGS, '--no-sandbox'] : CHROMIUM_ARGS
  const launchOptions = { args, ignoreDefaultArgs: ['--disable-gpu'] }
  // The channel chooses the full browser over the headless shell, which knows no software WebGPU.
  return executablePath
    ? { launchOptions: { ...launchOptions, executablePath } }
    : { launchOptions, channel: 'chromium' }
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

import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, type Browser, type Page } from 'puppeteer-core'
import { driverManifest } from '../../src/headless/drivers.mjs'

const FIREFOX = process.env.TUNETAB_FIREFOX ?? '/usr/bin/firefox-esr'

/** Firefox on Linux keeps WebGPU behind these preferences, the last because software adapters are on its block list. */
const PREFERENCES = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  // Long kernels on a software adapter are no hang.
  'dom.max_script_run_time': 0,
  // A picked language, so that what the page says does not follow the machine's.
  'intl.accept_languages': 'en-GB',
}

/**
 * Why Firefox cannot be driven here, or null. `node scripts/ensure.mjs --firefox` installs what is missing on Debian.
 */
export function firefoxProblem(): string | null {
  if (!existsSync(FIREFOX)) return `${FIREFOX} is not installed`
  return driverManifest('lavapipe') ? null : "Mesa's lavapipe is not installed"
}

export interface FirefoxSession {
  page: Page
  browser: Browser
  /** console.error lines and uncaught errors, in order. */
  errors: string[]
  close: () => Promise<void>
}

/**
 * Firefox, headless, on lavapipe: a second implementation of WebGPU (wgpu and naga in place of Dawn and Tint), driven
 * through WebDriver BiDi. Has `shader-f16` and workers, no subgroups. `preferences` go on top of those that WebGPU
 * needs. Close it even after a failure, or its profile stays behind.
 */
export async function openFirefox(preferences: Record<string, unknown> = {}): Promise<FirefoxSession> {
  const problem = firefoxProblem()
  if (problem) throw new Error(`Firefox cannot be started: ${problem}`)
  // A home of its own: as root Firefox refuses one that belongs to somebody else, and the Vulkan loader wants a runtime
  // folder.
  const home = mkdtempSync(join(tmpdir(), 'tunetab-firefox-'))
  const runtime = join(home, 'runtime')
  mkdirSync(runtime, { mode: 0o700 })
  const browser = await launch({
    browser: 'firefox',
    executablePath: FIREFOX,
    headless: true,
    protocolTimeout: 30 * 60_000,
    env: {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      VK_DRIVER_FILES: driverManifest('lavapipe')!,
      MOZ_HEADLESS: '1',
    },
    extraPrefsFirefox: { ...PREFERENCES, ...preferences },
  })
  const page = await browser.newPage()
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error)))
  return {
    page,
    browser,
    errors,
    close: async () => {
      await browser.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

import { driverManifest } from '../../src/headless/drivers.mjs'
import { hasPlaywrightChromium, systemChromium } from './browsers.mjs'
import { aptSystem, ensureAptPackages, missingAptPackages } from './debian.mjs'
import { npm } from './shell.mjs'

/**
 * Install what the tests need beyond npm packages: a Chromium, fonts with Chinese glyphs, software GPUs.
 * @param {{ root: string, firefox?: boolean }} options
 * @returns {Promise<{ lines: string[], problems: string[] }>} what was done, and what could not be
 */
export async function ensureTestSystem({ root, firefox = false }) {
  const lines = []
  const problems = []
  const system = aptSystem()
  if (system?.isRoot) {
    const done = await ensureAptPackages({ firefox })
    lines.push(...done.lines)
    problems.push(...done.problems)
  } else if (system) {
    const { missing, mesaTooOld } = await missingAptPackages({ firefox })
    const wanted = [
      ...missing,
      ...(mesaTooOld
        ? [`mesa-vulkan-drivers 25${system.id === 'debian' ? ` (${system.codename}-backports)` : ''}`]
        : []),
    ]
    if (wanted.length > 0) lines.push(`apt packages: not root, so not installed: ${wanted.join(', ')}`)
  }

  const chromium = systemChromium()
  if (chromium) lines.push(`browser: ${chromium}`)
  else if (await hasPlaywrightChromium()) lines.push("browser: Playwright's own Chromium")
  else {
    console.log("Installing Playwright's own Chromium ...")
    // As root it also installs the libraries that its Chromium needs of the system.
    const { code } = await npm(
      ['exec', '--', 'playwright', 'install', ...(system?.isRoot ? ['--with-deps'] : []), 'chromium'],
      { cwd: root },
    )
    if (code === 0) lines.push("browser: installed Playwright's own Chromium")
    else
      problems.push(
        `browser: playwright install ended with code ${code} and there is no Chromium on the system, so no browser test can run`,
      )
  }

  for (const kind of ['swiftshader', 'lavapipe']) lines.push(`${kind}: ${driverManifest(kind) ?? 'not found'}`)
  return { lines, problems }
}

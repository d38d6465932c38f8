import { hasPlaywrightChromium, lavapipeManifest, swiftShaderManifest, systemChromium } from './browsers.mjs'
import { debian, ensureDebianPackages, missingDebianPackages } from './debian.mjs'
import { npm } from './shell.mjs'

/**
 * Install what the tests need beyond npm packages: a Chromium, fonts with Chinese glyphs, software GPUs.
 * @param {{ root: string, firefox?: boolean }} options
 * @returns {Promise<{ lines: string[], problems: string[] }>} what was done, and what could not be
 */
export async function ensureTestSystem({ root, firefox = false }) {
  const lines = []
  const problems = []
  const system = debian()
  if (system?.isRoot) {
    const done = await ensureDebianPackages({ firefox })
    lines.push(...done.lines)
    problems.push(...done.problems)
  } else if (system) {
    const { missing, mesaTooOld } = await missingDebianPackages({ firefox })
    const wanted = [...missing, ...(mesaTooOld ? [`mesa-vulkan-drivers (25, from ${system.codename}-backports)`] : [])]
    if (wanted.length > 0) lines.push(`Debian packages: not root, so not installed: ${wanted.join(', ')}`)
  }

  const chromium = systemChromium()
  if (chromium) lines.push(`browser: ${chromium}`)
  else if (hasPlaywrightChromium()) lines.push("browser: Playwright's own Chromium")
  else {
    console.log("Installing Playwright's own Chromium ...")
    const { code } = await npm(['exec', '--', 'playwright', 'install', 'chromium'], { cwd: root })
    if (code === 0) lines.push("browser: installed Playwright's own Chromium")
    else problems.push(`browser: playwright install ended with code ${code} and there is no Chromium on the system, so no browser test can run`)
  }

  lines.push(`SwiftShader: ${swiftShaderManifest() ?? 'not found'}`, `lavapipe: ${lavapipeManifest() ?? 'not found'}`)
  return { lines, problems }
}

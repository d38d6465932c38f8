import { driverManifest } from '../../src/headless/drivers.mjs'
import { hasPlaywrightChromium, systemChromium } from './browsers.mjs'
import { aptSystem, ensureAptPackages, missingAptPackages } from './debian.mjs'
import { missingPackages } from './npm-packages.mjs'
import { npm } from './shell.mjs'

/** What apt would have to install, as a person reads it. */
async function lackingOfApt(system, options) {
  const { missing, mesaTooOld } = await missingAptPackages(options)
  const mesa = `mesa-vulkan-drivers 25${system.id === 'debian' ? ` (${system.codename}-backports)` : ''}`
  return mesaTooOld ? [...missing, mesa] : missing
}

/**
 * What `ensurePackages` and `ensureTestSystem` are about to install, said before anything is. Plain Node: the packages
 * may not be there yet.
 * @param {{ root: string }} options
 * @returns {Promise<string[]>} lines for a person
 */
export async function installPlan({ root }) {
  const packages = missingPackages(root).length
  const system = aptSystem()
  const ofApt = system?.isRoot ? await lackingOfApt(system, { firefox: false }) : []
  // Only the packages know where Playwright's own would lie.
  const hasBrowser =
    systemChromium() || ofApt.includes('chromium') || (packages === 0 && (await hasPlaywrightChromium()))
  const plan = [
    ...(packages > 0 ? [`${packages} npm packages into node_modules (npm ci)`] : []),
    ...(ofApt.length > 0 ? [`system packages with apt-get: ${ofApt.join(', ')}`] : []),
    ...(hasBrowser ? [] : ["Playwright's own Chromium, in its cache, unless it is there already"]),
  ]
  if (plan.length === 0) return ['Nothing will be installed: all that the tests need is there.']
  return ['Will be installed, unless --no-install says otherwise:', ...plan.map((line) => `  ${line}`)]
}

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
    const wanted = await lackingOfApt(system, { firefox })
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

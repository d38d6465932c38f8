import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { backportsStanza, readAptSources } from './apt-sources.mjs'
import { run } from './shell.mjs'

/** Dawn refuses the lavapipe of Debian 12's own Mesa 22; 25 is the first that was tested. */
const MESA_MAJOR = 25
const BACKPORTS_FILE = '/etc/apt/sources.list.d/tunetab-backports.sources'
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2']
const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive' }

/** @returns {{ codename: string, isRoot: boolean } | null} null where this is not Debian */
export function debian() {
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return null
  const release = readFileSync('/etc/os-release', 'utf8')
  if (!/^ID=debian$/m.test(release)) return null
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1] ?? ''
  return { codename, isRoot: process.getuid?.() === 0 }
}

/** @param {string} name
 * @returns {Promise<string | null>} installed version, null where it is not installed */
async function installedVersion(name) {
  const { code, output } = await run('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name], { quiet: true })
  const match = /^installed (\S+)$/.exec(output.trim())
  return code === 0 && match ? match[1] : null
}

/** First number of a Debian version, after the epoch: "1:25.0.7-2" -> 25. */
export function majorVersion(version) {
  return Number.parseInt(version.replace(/^\d+:/, ''), 10)
}

/** @param {string} name */
async function candidateMajor(name) {
  const { output } = await run('apt-cache', ['policy', name], { quiet: true, env: { LC_ALL: 'C' } })
  return majorVersion(/Candidate:\s*(\S+)/.exec(output)?.[1] ?? '0')
}

/**
 * What the tests need of Debian and lack here.
 * @param {{ firefox: boolean }} options
 */
export async function missingDebianPackages({ firefox }) {
  const names = ['chromium', 'fonts-noto-cjk', 'libvulkan1', ...(firefox ? ['firefox-esr'] : [])]
  const missing = []
  for (const name of names) if (!(await installedVersion(name))) missing.push(name)
  const mesa = await installedVersion('mesa-vulkan-drivers')
  return { missing, mesaTooOld: !mesa || majorVersion(mesa) < MESA_MAJOR, mesa }
}

/**
 * Install what is missing. Each line of the answer says what was done or why it could not be.
 * @param {{ firefox: boolean }} options
 * @returns {Promise<{ lines: string[], problems: string[] }>}
 */
export async function ensureDebianPackages(options) {
  const system = debian()
  const lines = []
  const problems = []
  const { missing, mesaTooOld, mesa } = await missingDebianPackages(options)
  if (missing.length === 0 && !mesaTooOld) return { lines: ['Debian packages: all there'], problems }

  console.log('Reading the package lists with apt-get update ...')
  // One unreachable third-party source makes update fail as a whole; whether the packages can be had shows below.
  await run('apt-get', [...APT_OPTIONS, 'update', '-q'], { quiet: true, env: APT_ENV })
  const install = async (args) => {
    const { code, output } = await run('apt-get', [...APT_OPTIONS, 'install', '-y', '-q', '--no-install-recommends', ...args], {
      quiet: true,
      env: APT_ENV,
    })
    return code === 0 ? null : output.trim().split('\n').slice(-4).join(' / ')
  }

  if (missing.length > 0) {
    console.log(`Installing Debian's ${missing.join(', ')} ...`)
    const failure = await install(missing)
    if (failure) problems.push(`${missing.join(', ')}: apt-get could not install them (${failure})`)
    else lines.push(`Debian packages: installed ${missing.join(', ')}`)
  }

  if (mesaTooOld) {
    const target = []
    if ((await candidateMajor('mesa-vulkan-drivers')) < MESA_MAJOR) {
      const stanza = backportsStanza(readAptSources(), system.codename)
      if (stanza) {
        writeFileSync(BACKPORTS_FILE, `# Added by TuneTab's test set-up: lavapipe of Mesa ${MESA_MAJOR}. Delete this file to undo.\n${stanza}`)
        lines.push(`apt: added ${system.codename}-backports on this machine's own mirror (${BACKPORTS_FILE})`)
        await run('apt-get', [...APT_OPTIONS, 'update', '-q'], { quiet: true, env: APT_ENV })
      }
      target.push('-t', `${system.codename}-backports`)
    }
    console.log("Installing Mesa's lavapipe ...")
    const failure = await install([...target, 'mesa-vulkan-drivers'])
    const now = await installedVersion('mesa-vulkan-drivers')
    if (failure || !now || majorVersion(now) < MESA_MAJOR) {
      problems.push(
        `mesa-vulkan-drivers: Mesa ${MESA_MAJOR} is needed for lavapipe and ${now ?? 'none'} is installed (${failure ?? 'no newer one offered'}); ` +
          'tests on lavapipe are left out',
      )
    } else lines.push(`Debian packages: mesa-vulkan-drivers ${mesa ? `${mesa} -> ` : ''}${now}`)
  }
  return { lines, problems }
}

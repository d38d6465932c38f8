import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { backportsStanza, readAptSources } from './apt-sources.mjs'
import { run } from './shell.mjs'

/** Dawn refuses the lavapipe of Debian 12's own Mesa 22; 25 is the first that was tested. */
const MESA_MAJOR = 25
const BACKPORTS_FILE = '/etc/apt/sources.list.d/tunetab-backports.sources'
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=2']
const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive' }

/** @returns {{ id: 'debian' | 'ubuntu', codename: string, isRoot: boolean } | null} null where this is neither */
export function aptSystem() {
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return null
  const release = readRelease(readFileSync('/etc/os-release', 'utf8'))
  return release && { ...release, isRoot: process.getuid?.() === 0 }
}

/** @param {string} text of /etc/os-release
 * @returns {{ id: 'debian' | 'ubuntu', codename: string } | null} */
export function readRelease(text) {
  const id = /^ID="?(debian|ubuntu)"?$/m.exec(text)?.[1]
  return id ? { id, codename: /^VERSION_CODENAME="?(\w+)"?$/m.exec(text)?.[1] ?? '' } : null
}

/**
 * Packages of the tests besides Mesa. Ubuntu's Chromium and Firefox are snaps, which cannot be driven here:
 * Playwright's own Chromium takes their place.
 * @param {'debian' | 'ubuntu'} id
 * @param {{ firefox: boolean }} options
 */
export function wantedPackages(id, { firefox }) {
  const both = ['fonts-noto-cjk', 'libvulkan1']
  return id === 'ubuntu' ? both : ['chromium', ...both, ...(firefox ? ['firefox-esr'] : [])]
}

/** @param {string} name
 * @returns {Promise<string | null>} installed version, null where it is not installed */
async function installedVersion(name) {
  const { code, output } = await run('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name], {
    quiet: true,
  })
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
 * What the tests need of the system and lack here.
 * @param {{ firefox: boolean }} options
 */
export async function missingAptPackages(options) {
  const missing = []
  for (const name of wantedPackages(aptSystem().id, options)) if (!(await installedVersion(name))) missing.push(name)
  const mesa = await installedVersion('mesa-vulkan-drivers')
  return { missing, mesaTooOld: !mesa || majorVersion(mesa) < MESA_MAJOR, mesa }
}

/**
 * Install what is missing. Each line of the answer says what was done or why it could not be.
 * @param {{ firefox: boolean }} options
 * @returns {Promise<{ lines: string[], problems: string[] }>}
 */
export async function ensureAptPackages(options) {
  const system = aptSystem()
  const lines = []
  const problems = []
  if (options.firefox && system.id === 'ubuntu')
    problems.push("firefox: Ubuntu's is a snap, which cannot be driven here; use Debian")
  const { missing, mesaTooOld, mesa } = await missingAptPackages(options)
  if (missing.length === 0 && !mesaTooOld) return { lines: [...lines, 'apt packages: all there'], problems }

  console.log('Reading the package lists with apt-get update ...')
  // One unreachable third-party source makes update fail as a whole; whether the packages can be had shows below.
  await run('apt-get', [...APT_OPTIONS, 'update', '-q'], { quiet: true, env: APT_ENV })
  const install = async (args) => {
    const { code, output } = await run(
      'apt-get',
      [...APT_OPTIONS, 'install', '-y', '-q', '--no-install-recommends', ...args],
      {
        quiet: true,
        env: APT_ENV,
      },
    )
    return code === 0 ? null : output.trim().split('\n').slice(-4).join(' / ')
  }

  if (missing.length > 0) {
    console.log(`Installing ${missing.join(', ')} with apt-get ...`)
    const failure = await install(missing)
    if (failure) problems.push(`${missing.join(', ')}: apt-get could not install them (${failure})`)
    else lines.push(`apt packages: installed ${missing.join(', ')}`)
  }

  if (mesaTooOld) {
    const target = []
    if (system.id === 'debian' && (await candidateMajor('mesa-vulkan-drivers')) < MESA_MAJOR) {
      const stanza = backportsStanza(readAptSources(), system.codename)
      if (stanza) {
        writeFileSync(
          BACKPORTS_FILE,
          `# Added by TuneTab's test set-up: lavapipe of Mesa ${MESA_MAJOR}. Delete this file to undo.\n${stanza}`,
        )
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
        `mesa-vulkan-drivers: the tests want lavapipe of Mesa ${MESA_MAJOR} and ${now ?? 'none'} is installed (${failure ?? 'no newer one offered'}); ` +
          'those on lavapipe are left out where Dawn cannot open it',
      )
    } else lines.push(`apt packages: mesa-vulkan-drivers ${mesa ? `${mesa} -> ` : ''}${now}`)
  }
  return { lines, problems }
}

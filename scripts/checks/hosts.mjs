// No committed file may name a host from which packages are fetched: each machine has its own registry and mirrors, and
// a name in a lock file or a script would override them. The hosts configured here are looked for by name, others by
// form.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readAptSources } from '../lib/apt-sources.mjs'
import { projectFiles } from '../lib/project-files.mjs'
import { npm } from '../lib/shell.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const FORMS = [
  { what: 'a package registry', pattern: /\bregistry\.[a-z0-9-]+\.[a-z]{2,}/i },
  {
    what: 'a package registry',
    pattern: /\b(?:pypi|npmjs|yarnpkg|npmmirror|unpkg|jsdelivr|pythonhosted)\.(?:org|com|net|io)\b/i,
  },
  { what: "a distribution's mirror", pattern: /\b(?:[a-z0-9-]+\.)+(?:debian|ubuntu)\.(?:org|com)\b/i },
  { what: 'a resolved address in a lock file', pattern: /"resolved":\s*"https?:/ },
]

const hostOf = (address) => {
  try {
    return new URL(address).hostname
  } catch {
    return ''
  }
}

async function configuredHosts() {
  const registry = (await npm(['config', 'get', 'registry'], { quiet: true, cwd: root })).output
    .trim()
    .split('\n')
    .at(-1)
  const apt = process.platform === 'linux' ? readAptSources().flatMap((source) => source.uris) : []
  return [...new Set([registry, ...apt].map(hostOf))].filter((host) => host.includes('.'))
}

const hosts = await configuredHosts()
const found = []
for (const file of await projectFiles(root)) {
  let text
  try {
    text = readFileSync(join(root, file), 'latin1')
  } catch {
    continue // deleted in the working tree
  }
  if (text.includes('\0')) continue // binary
  for (const [index, line] of text.split('\n').entries()) {
    const form = FORMS.find(({ pattern }) => pattern.test(line))
    const host = hosts.find((name) => line.includes(name))
    if (form || host) found.push(`${file}:${index + 1} names ${form?.what ?? "this machine's package host"}`)
  }
}
for (const line of found) console.error(line)
if (found.length > 0)
  console.error('Take the address from the machine (npm config, apt sources) instead of writing it down.')
process.exitCode = found.length > 0 ? 1 : 0

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './shell.mjs'

/**
 * The project's files, relative to its root: what git knows (`others`: and what it would take up), or, in a folder that
 * is no checkout, whatever lies there and is not named in .gitignore.
 * @param {string} root
 * @param {{ others?: boolean }} [options]
 * @returns {Promise<string[]>}
 */
export async function projectFiles(root, { others = false } = {}) {
  const which = others ? ['--cached', '--others', '--exclude-standard'] : ['--cached']
  const { code, output } = await run('git', ['ls-files', '-z', ...which], { quiet: true, cwd: root })
  if (code === 0) return [...new Set(output.split('\0').filter(Boolean))]
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  return walk(root, '', (name) => name === '.git' || ignored.some((rule) => matches(rule, name)))
}

/**
 * The two kinds of rules that .gitignore here is made of: a folder's name with a slash, and an ending behind a star.
 */
const matches = (rule, name) => (rule.startsWith('*') ? name.endsWith(rule.slice(1)) : name === rule.replace(/\/$/, ''))

function walk(root, folder, isIgnored) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (isIgnored(entry.name)) return []
    const path = folder ? `${folder}/${entry.name}` : entry.name
    return entry.isDirectory() ? walk(root, path, isIgnored) : [path]
  })
}

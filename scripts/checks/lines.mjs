// Lines stay short enough to stand side by side. What no formatter can break is let be: tables, texts and what is data.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { projectFiles } from '../lib/project-files.mjs'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const LIMIT = 120
const CHECKED = /\.(ts|tsx|mjs|cjs|css|wgsl|py|md|sh|ya?ml)$/
/** The built-in model's made-up world, its own card, and tables that the proof writes. */
const DATA = /^(public\/|tools\/demo_model\/|docs\/numerics\/)/

/** A line that is one text, whatever stands around it, and a row of a table cannot be broken. */
function isUnbreakable(line) {
  return /^\s*\|/.test(line) || /^[^'"`]{0,60}(['"`]).{60,}\1[^'"`]{0,40}$/.test(line)
}

const long = []
for (const file of await projectFiles(root, { others: true })) {
  if (!CHECKED.test(file) || DATA.test(file)) continue
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  for (const [index, line] of lines.entries()) {
    if (line.length > LIMIT && !isUnbreakable(line)) long.push(`${file}:${index + 1} has ${line.length} characters`)
  }
}
for (const line of long) console.log(line)
if (long.length > 0) console.log(`Lines have at most ${LIMIT} characters; npm run format breaks what it can.`)
process.exitCode = long.length > 0 ? 1 : 0

// Attacks what reads files from outside, what writes files and the command line itself, and prints a table of what was
// tried and what held. Everything follows from seeds.
//   npm run attack                       all of it: 30 minutes on two cores
//   npm run attack -- inputs bombs       only the kinds named: inputs bombs hub stores kills disks
//   --first 1000                         seeds from 1000 on
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './lib/shell.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const kinds = ['inputs', 'bombs', 'hub', 'stores', 'kills', 'disks']

const args = process.argv.slice(2)
const at = args.indexOf('--first')
const first = at < 0 ? '1' : args.splice(at, 2)[1]
const unknown = args.find((name) => !kinds.includes(name))
if (unknown !== undefined || !(Number(first) > 0)) {
  console.error(`usage: npm run attack -- [${kinds.join(' | ')}]… [--first SEED]`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'tunetab-attack-'))
const out = join(folder, 'tallies.json')
const began = Date.now()
const chosen = args.length > 0 ? args : kinds
const env = { TUNETAB_ATTACK: out, TUNETAB_ATTACK_KINDS: chosen.join(), TUNETAB_ATTACK_FIRST: first }
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const { code } = await run(process.execPath, [vitest, 'run', '--project', 'attack'], { cwd: root, env })
/** @type {{ kind: string, tried: number, held: number, broke: string[] }[]} */
let tallies = []
try {
  tallies = JSON.parse(readFileSync(out, 'utf8'))
} catch {
  // Nothing was tried to its end.
}
rmSync(folder, { recursive: true })

const line = (/** @type {(string | number)[]} */ cells) =>
  console.log(cells.map((cell, i) => (i === 0 ? String(cell).padEnd(28) : String(cell).padStart(8))).join(''))
console.log()
line(['', 'tried', 'held'])
for (const { kind, tried, held } of tallies) line([kind, tried, held])
const sum = (/** @type {'tried' | 'held'} */ field) => tallies.reduce((total, tally) => total + tally[field], 0)
line(['all', sum('tried'), sum('held')])
console.log(`${Math.round((Date.now() - began) / 1000)} s`)
for (const { kind, broke } of tallies) for (const one of broke) console.log(`${kind}, ${one}`)
process.exit(code === 0 && sum('tried') > 0 && sum('tried') === sum('held') ? 0 : 1)

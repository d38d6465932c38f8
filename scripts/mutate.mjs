// Do the tests have teeth? Plants one deliberate fault after another into a copy of the working tree and runs the
// narrow test that should notice. The last line is `N caught, N survived`.
//   node scripts/mutate.mjs            every fault of scripts/mutations/
//   node scripts/mutate.mjs softmax    those whose name or file contains the word
//   --list                             name them, run nothing
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { driverManifest } from '../src/headless/drivers.mjs'
import { projectFiles } from './lib/project-files.mjs'
import { run } from './lib/shell.mjs'
import { mutations } from './mutations/index.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// A fault may make a loop endless or a GPU hang: that counts as noticed.
const LIMIT_MS = 4 * 60_000
const words = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const chosen = mutations.filter(
  (one) => words.length === 0 || words.some((word) => one.name.includes(word) || one.file.includes(word)),
)

/** lavapipe is the faster of the two; what a fault breaks breaks on both. */
const gpu = ['lavapipe', 'swiftshader'].find((kind) => driverManifest(kind)) ?? 'auto'
const env = {
  CI: 'true',
  NO_COLOR: '1',
}

/** Arguments of vitest for `{ project, file, only? }`. */
const testArgs = ({ project, file, only }) => [
  'run',
  '--project',
  project,
  file,
  '--bail',
  '1',
  ...(only ? ['-t', only] : []),
]

/** @returns {Promise<{ result: 'passes' | 'fails' | 'runs nothing', output: string }>} */
async function runTest(tree, test) {
  const { code, output } = await run(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), ...testArgs(test)],
    {
      cwd: tree,
      env: { ...env, TUNETAB_GPU: test.gpu && driverManifest(test.gpu) ? test.gpu : gpu },
      quiet: true,
      timeoutMs: LIMIT_MS,
    },
  )
  if (code !== 0) return { result: 'fails', output }
  return { result: /Tests\s+.*\d+ passed/.test(output) ? 'passes' : 'runs nothing', output }
}

/** Put the fault in, run, take it out again. */
async function tryMutation(tree, { file, find, replace, test }) {
  const path = join(tree, file)
  const original = readFileSync(path, 'utf8')
  const places = original.split(find).length - 1
  if (places !== 1) return `stale: its text stands ${places} times in ${file}`
  writeFileSync(
    path,
    original.replace(find, () => replace),
  )
  try {
    return (await runTest(tree, test)).result === 'fails' ? 'caught' : 'SURVIVED'
  } finally {
    writeFileSync(path, original)
  }
}

const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'))
if (flags.some((flag) => flag !== '--list')) {
  console.log(
    'Usage: npm run mutate -- [WORD ...] [--list]\n\nPlants every fault whose name or file contains a WORD (all without one) and says which the tests catch.\n  --list  name them, run nothing',
  )
  process.exit(flags.includes('--help') ? 0 : 2)
}
if (flags.includes('--list')) {
  for (const { name, file } of chosen) console.log(`${name}  (${file})`)
  process.exit(0)
}

const holder = mkdtempSync(join(tmpdir(), 'tunetab-mutate-'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    rmSync(holder, { recursive: true, force: true })
    process.exit(1)
  })
}
const tree = join(holder, 'tree')

/**
 * The working tree as it is now, uncommitted files included, so that a new test can be tried before it is committed.
 */
async function copyTree() {
  for (const file of await projectFiles(root, { others: true })) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(tree, file))
  }
}

let caught = 0
const survivors = []
try {
  await copyTree()
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'), 'junction')

  /** Whether a test passes without any fault: else its failing would prove nothing. */
  const baselines = new Map()
  for (const [index, mutation] of chosen.entries()) {
    const started = Date.now()
    const key = testArgs(mutation.test).join(' ')
    if (!baselines.has(key)) {
      const baseline = await runTest(tree, mutation.test)
      baselines.set(key, baseline.result)
      if (baseline.result !== 'passes') console.log(baseline.output.trim())
    }
    const baseline = baselines.get(key)
    const result = baseline === 'passes' ? await tryMutation(tree, mutation) : `its test ${baseline} without the fault`
    if (result === 'caught') caught++
    else survivors.push(`${mutation.name}: ${result}`)
    console.log(
      `${String(index + 1).padStart(3)}/${chosen.length} ${result.padEnd(9)} ${mutation.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
    )
  }
} finally {
  rmSync(holder, { recursive: true, force: true })
}
for (const line of survivors) console.log(`  ! ${line}`)
if (chosen.length === 0) console.log('No fault of that name; --list names them.')
process.exitCode = survivors.length > 0 || chosen.length === 0 ? 1 : 0
console.log(`${caught} caught, ${survivors.length} survived`)

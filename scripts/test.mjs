// The whole suite, from nothing: install what is missing, then types, lint, unit, kernel and browser tests. Those that
// keep one core busy run two at a time, the others have the machine to themselves. The last line is
// `N passed, N failed`.
//   node scripts/test.mjs                 everything
//   node scripts/test.mjs unit kernels    only the suites named
//   --no-install                          use what is there
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { driverManifest, MANIFEST_VARIABLES } from '../src/headless/drivers.mjs'
import { countPlaywright, countVitest } from './lib/counts.mjs'
import { ensurePackages, nodeProblem } from './lib/npm-packages.mjs'
import { run } from './lib/shell.mjs'
import { ensureTestSystem, installPlan } from './lib/test-setup.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const reports = mkdtempSync(join(tmpdir(), 'tunetab-test-'))
const bin = (path) => join(root, 'node_modules', path)
const node = (args, options = {}) => run(process.execPath, args, { cwd: root, ...options })

/** Only against runners that hang: on a busy machine everything takes longer, and that is no failure. */
const PATIENCE_MINUTES = 25

/** One command that passes or fails as a whole counts as one test. */
function check(args) {
  return async () => {
    const { code, output, timedOut } = await node(args, { quiet: true, timeoutMs: PATIENCE_MINUTES * 60_000 })
    if (code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [] }
    console.log(output.trim())
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [timedOut ? `took longer than ${PATIENCE_MINUTES} minutes` : `ended with code ${code}`],
    }
  }
}

/** @param {boolean} together whether another suite runs beside it: then its lines are shown at its end, in one piece */
function vitest(project, { env = {}, together = false } = {}) {
  return async (name) => {
    const report = join(reports, `${name.replaceAll(' ', '-')}.json`)
    const args = [
      bin('vitest/vitest.mjs'),
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]
    const { code, output, timedOut } = await node(args, { env, quiet: together, timeoutMs: PATIENCE_MINUTES * 60_000 })
    if (together) console.log(`\n== ${name}\n${output.trim()}`)
    return overdue(countVitest(report, code), timedOut)
  }
}

async function playwright(name) {
  const report = join(reports, `${name}.json`)
  const { code, timedOut } = await node([bin('@playwright/test/cli.js'), 'test', '--reporter=list,json'], {
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
    timeoutMs: PATIENCE_MINUTES * 60_000,
  })
  return overdue(countPlaywright(report, code), timedOut)
}

/** Say so where a suite was ended for taking too long: its report is then missing or short. */
function overdue(counts, timedOut) {
  if (timedOut) counts.failures.push(`took longer than ${PATIENCE_MINUTES} minutes and was ended`)
  return counts
}

/**
 * Kernel suites, one for every software adapter that this machine has and Dawn opens; a real GPU stands in where there
 * is none.
 * @param {string[]} notes gets a line for each driver that is left out
 */
async function kernelSuites(notes) {
  const found = []
  for (const [kind, variable] of Object.entries(MANIFEST_VARIABLES)) {
    const manifest = driverManifest(kind)
    if (!manifest) continue
    const env = { VK_DRIVER_FILES: manifest, VK_ICD_FILENAMES: manifest }
    const { code } = await node(['scripts/lib/probe-dawn.mjs'], { quiet: true, timeoutMs: 120_000, env })
    if (code === 0) found.push({ kind, env: { [variable]: manifest } })
    else
      notes.push(
        `kernels ${kind}: left out, because Dawn cannot open ${manifest} (for lavapipe it needs a newer Mesa than 22)`,
      )
  }
  const chosen = found.length > 0 ? found : [{ kind: 'auto', env: {} }]
  return chosen.map(({ kind, env }) => ({
    name: `kernels ${kind}`,
    together: true,
    start: vitest('kernels', { env: { ...env, TUNETAB_GPU: kind }, together: chosen.length > 1 }),
  }))
}

/** @param {(name: string) => boolean} isWanted
 * @param {string[]} notes */
const suites = async (isWanted, notes) => [
  { name: 'types', together: true, start: check([bin('typescript/bin/tsc'), '--noEmit', '-p', '.']) },
  { name: 'lint', together: true, start: check([bin('oxlint/bin/oxlint'), '--deny-warnings']) },
  {
    name: 'layers',
    together: true,
    start: check([bin('dependency-cruiser/bin/dependency-cruise.mjs'), 'src', '--config', '.dependency-cruiser.cjs']),
  },
  {
    name: 'format',
    together: true,
    start: check([bin('prettier/bin/prettier.cjs'), '--cache', '--check', '--log-level', 'warn', '.']),
  },
  { name: 'lines', together: true, start: check(['scripts/checks/lines.mjs']) },
  { name: 'hosts', together: true, start: check(['scripts/checks/hosts.mjs']) },
  { name: 'languages', together: true, start: check(['scripts/checks/languages.mjs']) },
  {
    name: 'unused',
    together: true,
    start: check([bin('knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors']),
  },
  { name: 'notice', together: true, start: check(['scripts/notice.mjs', '--check']) },
  { name: 'unit', start: vitest('unit') },
  ...(isWanted('kernels') ? await kernelSuites(notes) : []),
  { name: 'browser', start: playwright },
]

async function main() {
  const args = process.argv.slice(2)
  const wanted = args.filter((arg) => !arg.startsWith('--'))
  const rows = []
  const notes = []
  if (!args.includes('--no-install')) {
    const problem = nodeProblem(root)
    if (problem) throw new Error(problem)
    for (const line of await installPlan({ root })) console.log(line)
    console.log(await ensurePackages(root))
    const { lines, problems } = await ensureTestSystem({ root })
    for (const line of lines) console.log(line)
    for (const line of problems) {
      console.log(`could not: ${line}`)
      notes.push(`set-up: ${line}`)
    }
  }
  const isWanted = (name) =>
    wanted.length === 0 ||
    wanted.some((word) => name === word || name.startsWith(`${word} `) || word.startsWith(`${name} `))
  const queue = (await suites(isWanted, notes)).filter(({ name }) => isWanted(name))
  const runNext = async (suite) => {
    const { name, start } = suite
    console.log(`\n== ${name}`)
    const started = Date.now()
    const counts = await start(name)
    rows.push({ name, ...counts, seconds: (Date.now() - started) / 1000 })
    if (counts.failed > 0) notes.push(...counts.failures.map((failure) => `${name}: ${failure}`))
  }
  while (queue.length > 0) {
    const lane = async () => {
      while (queue[0]?.together) await runNext(queue.shift())
    }
    if (queue[0].together) await Promise.all([lane(), lane()])
    else await runNext(queue.shift())
  }
  return { rows, notes }
}

let passed = 0
let failed = 0
try {
  const { rows, notes } = await main()
  console.log('\n== Summary')
  for (const row of rows) {
    passed += row.passed
    failed += row.failed
    const skipped = row.skipped > 0 ? `, ${row.skipped} skipped` : ''
    console.log(
      `${row.name.padEnd(20)} ${row.passed} passed, ${row.failed} failed${skipped} (${row.seconds.toFixed(1)} s)`,
    )
  }
  if (rows.length === 0) {
    failed = 1
    console.log(
      'No suite of that name. There are: types lint layers format lines hosts languages unused notice unit kernels browser',
    )
  }
  for (const note of notes) console.log(`  ! ${note}`)
} catch (error) {
  failed += 1
  console.error(error)
} finally {
  rmSync(reports, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0
console.log(`${passed} passed, ${failed} failed`)

// npm run bench: everything, one after the other; writes docs/performance.json and the tables of docs/performance.md.
// npm run bench -- NAME [arguments]: bundles bench/NAME.ts and runs it in Node.
import { build } from 'esbuild'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { withTables } from './lib/bench-tables.mjs'
import { nodeBundle } from './lib/node-bundle.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [name, ...rest] = process.argv.slice(2)

/** What a whole run does; a bench that cannot run here (no such adapter) is left out and said. */
const ALL = [
  ['host'],
  ['profile-step', 'public/demo-model', '128', 'swiftshader'],
  ['profile-step', 'public/demo-model', '128', 'lavapipe'],
  ['matmul', 'swiftshader', '256', '1024', '288'],
  ['matmul', 'lavapipe', '256', '1024', '288'],
  ['linears', 'swiftshader', '256', '8', '1536', '576'],
  ['linears', 'lavapipe', '256'],
  ['peers'],
  ['isa'],
]

if (name === undefined) runAll()
else await runOne()

function runAll() {
  const out = join(root, 'docs/performance.json')
  rmSync(out, { force: true })
  for (const [bench, ...args] of ALL) {
    console.error(`== ${bench} ${args.join(' ')}`)
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), bench, ...args], {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TUNETAB_BENCH_OUT: out },
    })
    if (status !== 0) console.error(`${bench} ${args.join(' ')} left no figures (code ${status})`)
  }
  const page = join(root, 'docs/performance.md')
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), JSON.parse(readFileSync(out, 'utf8'))))
}

async function runOne() {
  const entry = join(root, 'bench', `${name}.ts`)
  if (!existsSync(entry)) {
    const names = readdirSync(join(root, 'bench'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.slice(0, -3))
    console.error(`usage: npm run bench [-- NAME [arguments]], NAME one of: ${names.join(', ')}`)
    process.exit(2)
  }
  const outfile = join(root, 'node_modules/.cache/tunetab', `bench-${name}.mjs`)
  await build({
    entryPoints: [entry],
    outfile,
    ...nodeBundle,
    external: ['webgpu', '@huggingface/*', 'esbuild', 'playwright', 'puppeteer-core'],
  })
  process.argv = [process.argv[0], entry, ...rest]
  await import(pathToFileURL(outfile).href)
}

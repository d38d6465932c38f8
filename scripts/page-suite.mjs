// The GPU tests once more, inside a browser: the same files of tests/kernels/ and tests/golden/ on another WebGPU than
// Dawn's.
//   node scripts/page-suite.mjs                     Firefox (wgpu and naga) on lavapipe
//   node scripts/page-suite.mjs --browser chromium  Chromium on SwiftShader
//   node scripts/page-suite.mjs --only softmax      tests whose full name contains the word
//   node scripts/page-suite.mjs tests/kernels/x.test.ts ...  these files alone
//   --default-limits                                a device with WebGPU's default limits and no optional feature
// Ends with `N passed, N failed`.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { chromiumLaunch } from './lib/browsers.mjs'
import { serveFolder } from './lib/static-server.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const helpers = join(root, 'tests/helpers/page-suite')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    browser: { type: 'string', default: 'firefox' },
    only: { type: 'string', default: '' },
    'default-limits': { type: 'boolean', default: false },
  },
})

const suiteFiles = () =>
  ['tests/kernels', 'tests/golden'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name))
      // A test that starts processes or writes files tests Node's side, which a page has not.
      .filter((file) => !/from 'node:(?!fs')/.test(readFileSync(join(root, file), 'utf8'))),
  )

/** Node's side of the tests, replaced by the page's. */
const pageStandIns = {
  name: 'page-stand-ins',
  setup(build) {
    const standIn = (filter, file) => build.onResolve({ filter }, () => ({ path: join(helpers, file) }))
    standIn(/^vitest$/, 'vitest.ts')
    standIn(/^node:fs$/, 'fs.ts')
    standIn(/headless\/dawn$/, 'dawn.ts')
    build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -4)),
      namespace: 'raw',
    }))
    build.onLoad({ filter: /.*/, namespace: 'raw' }, async ({ path }) => ({
      contents: await readFile(path, 'utf8'),
      loader: 'text',
    }))
  },
}

async function bundle(files, outfile) {
  await build({
    stdin: {
      contents: [
        ...files.map((file) => `import './${file}'`),
        "export { runCollected } from './tests/helpers/page-suite/vitest'",
      ].join('\n'),
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    outfile,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [pageStandIns],
    define: {
      'process.env': JSON.stringify({
        TUNETAB_GPU: 'auto',
        TUNETAB_DEFAULT_LIMITS: values['default-limits'] ? '1' : '0',
        TUNETAB_FIGURES: process.env.TUNETAB_FIGURES,
        NODE_ENV: 'test',
      }),
    },
  })
}

/** The helpers are TypeScript, which Node 20 does not read. */
async function importHelper(name, folder) {
  const outfile = join(folder, `${name}.mjs`)
  await build({
    entryPoints: [join(root, 'tests/helpers', `${name}.ts`)],
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  })
  return import(pathToFileURL(outfile).href)
}

async function openBrowser(folder) {
  if (values.browser === 'firefox') {
    const { openFirefox } = await importHelper('firefox', folder)
    const { page, close } = await openFirefox()
    return { page, close, expose: (name, call) => page.exposeFunction(name, call) }
  }
  const { chromium } = await import('playwright')
  const { launchOptions, channel } = chromiumLaunch()
  const browser = await chromium.launch({ ...launchOptions, channel })
  const page = await browser.newPage()
  return { page, close: () => browser.close(), expose: (name, call) => page.exposeFunction(name, call) }
}

// Inside node_modules, so that the bundled helpers find their packages.
mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
const built = mkdtempSync(join(root, 'node_modules/.cache/page-suite-'))
const site = mkdtempSync(join(tmpdir(), 'tunetab-page-suite-'))
const counts = { passed: 0, failed: 0, skipped: 0 }
const failures = []
let server
let browser
try {
  await bundle(positionals.length > 0 ? positionals : suiteFiles(), join(site, 'suite.js'))
  writeFileSync(
    join(site, 'index.html'),
    '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>GPU tests</title>',
  )
  symlinkSync(root, join(site, 'repository'), 'junction')
  server = await serveFolder({ folder: site })
  browser = await openBrowser(built)
  await browser.expose('reportResult', (result) => {
    counts[result.status]++
    console.log(`${result.status.padEnd(8)} ${result.name} (${(result.milliseconds / 1000).toFixed(1)} s)`)
    if (result.status === 'failed') {
      failures.push(result.name)
      console.log(result.error)
    }
  })
  await browser.expose('reportFigure', (text) => appendFileSync(process.env.TUNETAB_FIGURES, text))
  await browser.page.goto(server.url)
  const adapter = await browser.page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter()
    return found
      ? `${found.info.vendor} ${found.info.architecture} ${found.info.description} [${[...found.features].join(' ')}]`
      : null
  })
  if (!adapter) throw new Error(`${values.browser} offers no WebGPU adapter`)
  console.log(
    `${values.browser}: ${await browser.page.evaluate(() => navigator.userAgent)}\nadapter: ${adapter.trim()}`,
  )
  await browser.page.evaluate(async (only) => {
    const { runCollected } = await import(new URL('suite.js', location.href).href)
    await runCollected((result) => globalThis.reportResult(result), only)
  }, values.only)
} catch (error) {
  counts.failed++
  console.error(error)
} finally {
  await browser?.close().catch(() => {})
  await server?.close()
  rmSync(site, { recursive: true, force: true })
  rmSync(built, { recursive: true, force: true })
}
if (counts.passed + counts.failed === 0) {
  counts.failed = 1
  console.log('no test ran')
}
for (const name of failures) console.log(`  ! ${name}`)
process.exitCode = counts.failed > 0 ? 1 : 0
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
)

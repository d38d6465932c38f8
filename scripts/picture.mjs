// docs/picture.png, the picture in README.md: the Train room of the built page while the built-in model learns a sample
// set on SwiftShader. Some minutes.
//   node scripts/picture.mjs [OUT.png]
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build } from 'vite'
import { chromiumLaunch } from './lib/browsers.mjs'
import { serveFolder } from './lib/static-server.mjs'

const SAMPLE = /Questions to a clinic/
const SAMPLE_ROWS = '80 rows'
const STEPS = 150
/** The picture is taken here: the curve has fallen, and the page still says what is to come. */
const SHOWN_STEP = 132
const SIZE = { width: 1440, height: 900 }
/** Readers of a README wait for it. */
const MOST_BYTES = 200_000
const PATIENCE_MS = 900_000

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = process.argv[2] ?? join(root, 'docs/picture.png')
const site = mkdtempSync(join(tmpdir(), 'tunetab-picture-'))
let server
let browser
try {
  await build({ root, logLevel: 'warn', build: { outDir: site, emptyOutDir: true } })
  server = await serveFolder({ folder: site })
  const { launchOptions, channel } = chromiumLaunch()
  browser = await chromium.launch({ ...launchOptions, channel })
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light', locale: 'en-GB', reducedMotion: 'reduce' })
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(server.url)
  const train = page.getByRole('region', { name: 'Train' })
  const reaches = (text) => train.getByRole('status').filter({ hasText: text }).waitFor()
  // The built-in model loads, the first sample set is read: a first visit is ready by itself.
  await reaches('Ready to train')
  await page.getByRole('link', { name: /^Data/ }).click()
  const data = page.getByRole('region', { name: 'Data' })
  await data.getByRole('radio', { name: SAMPLE }).check()
  await data.getByRole('button', { name: 'Use sample data' }).click()
  await page.getByRole('link', { name: /^Data/ }).filter({ hasText: SAMPLE_ROWS }).waitFor()
  await page.getByRole('link', { name: /^Train/ }).click()
  await reaches('Ready to train')
  const steps = train.getByLabel(/max_steps/)
  await steps.fill(String(STEPS))
  await steps.press('Enter')
  await train.getByRole('button', { name: 'Start training' }).click()
  await reaches(new RegExp(`step ${SHOWN_STEP} of ${STEPS}`))
  await page.screenshot({ path: out })
  const bytes = statSync(out).size
  console.log(`${out}: ${SIZE.width} x ${SIZE.height}, ${bytes} bytes`)
  if (bytes > MOST_BYTES) {
    console.log(`That is more than ${MOST_BYTES} bytes.`)
    process.exitCode = 1
  }
} finally {
  await browser?.close()
  await server?.close()
  rmSync(site, { recursive: true, force: true })
}

import { defineConfig } from '@playwright/test'
import { chromiumLaunch } from './scripts/lib/browsers.mjs'

// The built folder below a sub-path on a plain web server: what holds there holds wherever it is hosted.
// The port is chosen once and handed to Playwright's workers through the environment, so that two runs do not meet.
process.env.TUNETAB_E2E_PORT ??= String(20_000 + Math.floor(Math.random() * 20_000))
const port = process.env.TUNETAB_E2E_PORT
const base = '/some/sub/path/'
const LONG = /(resume|walk|score|held-out|loop|full-store)\.spec\.ts/

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  // Software GPUs on two cores: a page waits often enough for a second one to pay, and both get patience. The long ones
  // begin, so that none of them runs alone at the end.
  workers: 2,
  fullyParallel: false,
  projects: [
    { name: 'long', testMatch: LONG },
    { name: 'short', testIgnore: LONG },
  ],
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}${base}`,
    browserName: 'chromium',
    ...chromiumLaunch(),
    actionTimeout: 30_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    locale: 'en-GB',
  },
  webServer: {
    command: `node scripts/serve-build.mjs --port ${port} --base ${base}`,
    url: `http://127.0.0.1:${port}${base}`,
    timeout: 180_000,
    stdout: 'ignore',
    stderr: 'pipe',
  },
})

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devices, expect, test } from '@playwright/test'
import { serveFolder } from '../../scripts/lib/static-server.mjs'
import { watchPage } from '../helpers/browser'

const { viewport, userAgent, isMobile, hasTouch } = devices['Pixel 7']
test.use({ viewport, userAgent, isMobile, hasTouch })

test('a chat page of the command line answers on a phone from any web server, and again without a network', async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'chat-page-'))
  const tune = ['scripts/tune.mjs', 'export', '--model', 'builtin', '--format', 'chat-page', '--out', folder]
  execFileSync('node', tune, { stdio: ['ignore', 'ignore', 'ignore'] })
  const site = await serveFolder({ folder })
  const watch = watchPage(page, site.url)
  const ask = async () => {
    await page.getByRole('textbox', { name: 'Your message' }).fill('What is the capital of France?')
    await page.getByRole('button', { name: 'Send' }).click()
    await expect(page.getByRole('main')).toContainText('It is Paris.', { timeout: 60_000 })
  }
  await page.goto(site.url)
  await ask()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width)

  // The first visit keeps what it fetched; from then on no server is needed.
  await page.waitForFunction(async () => {
    const kept = await (await caches.open('chat-page')).keys()
    return ['.gguf', '.wasm'].every((ending) => kept.some(({ url }) => new URL(url).pathname.endsWith(ending)))
  })
  await site.close()
  await page.goto(`${site.url}index.html`)
  await ask()
  expect(watch.foreign).toEqual([])
  expect(watch.errors).toEqual([])
  rmSync(folder, { recursive: true })
})

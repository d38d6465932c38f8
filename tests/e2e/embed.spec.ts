import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { serveFolder } from '../../scripts/lib/static-server.mjs'
import { watchPage } from '../helpers/browser'

/** The package in somebody else's page: the example as it is, with what its comment says lies beside it. */
test('the example page trains the built-in model and answers', async ({ page }) => {
  test.setTimeout(600_000)
  const folder = mkdtempSync(join(tmpdir(), 'tunetab-embed-'))
  cpSync('examples/embed', folder, { recursive: true })
  cpSync('public/demo-model', join(folder, 'demo-model'), { recursive: true })
  execFileSync('node', ['scripts/build-lib.mjs', '--no-types', '--out', join(folder, 'tunetab')])
  const server = await serveFolder({ folder, base: '/elsewhere/', port: 0 })
  try {
    const watch = watchPage(page, server.url)
    await page.goto(server.url)
    const status = page.getByRole('status')
    await expect(status).toContainText('is loaded', { timeout: 240_000 })
    await page.getByRole('button', { name: 'Learn it' }).click()
    await expect(status).toContainText('Learnt', { timeout: 300_000 })
    await page.getByRole('button', { name: 'Ask' }).click()
    await expect(status).toHaveText('Answered.', { timeout: 120_000 })
    await expect(page.locator('#text')).toContainText('Old Marta')
    expect(watch.foreign).toEqual([])
    expect(watch.errors).toEqual([])
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

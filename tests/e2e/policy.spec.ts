import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { serveFolder } from '../../scripts/lib/static-server.mjs'
import { builtPage } from '../../scripts/lib/built-page.mjs'
import { PAGE_HEADERS } from '../../scripts/lib/page-policy.mjs'

// The page says its policy itself, and hosts that read `_headers` send it, too. With both, each of them has its say, so
// the whole of the page is used under both at once.
for (const way of ['in the page alone', 'in headers as well'] as const) {
  test(`under its Content-Security-Policy (${way}) the page works and asks nobody else`, async ({ page }) => {
    const folder = await builtPage(process.cwd(), () => {})
    // A host may narrow what the page itself says: both hold.
    const policy = PAGE_HEADERS['Content-Security-Policy'].replace(
      "connect-src 'self' http: https:",
      "connect-src 'self'",
    )
    const headers = { ...PAGE_HEADERS, 'Content-Security-Policy': policy }
    const site = await serveFolder({ folder, headers: way === 'in headers as well' ? headers : {} })
    try {
      const requests: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => requests.push(request.url()))
      page.on('console', (message) => {
        if (/Content.Security.Policy|Trusted|violat/i.test(message.text())) complaints.push(message.text())
      })
      await page.addInitScript(() => {
        const seen: string[] = []
        document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
          seen.push(`${violatedDirective} ${blockedURI} ${sample}`),
        )
        Object.assign(window, { violations: seen })
      })
      await page.goto(`${site.url}#/train`)
      const train = page.getByRole('region', { name: 'Train', exact: true })
      await expect(train.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
      if (way === 'in headers as well') await useEverything(page, train)

      const violations = await page.evaluate(() => (window as unknown as { violations: string[] }).violations)
      expect(violations).toEqual([])
      expect(complaints).toEqual([])
      expect(requests.filter((url) => !url.startsWith(site.url) && !url.startsWith('blob:'))).toEqual([])

      await test.step('what is not the page’s own is refused', async () => {
        const refused = await page.evaluate(() => {
          try {
            const worker = new Worker('data:text/javascript,1')
            worker.terminate()
            return false
          } catch {
            return true
          }
        })
        expect(refused).toBe(true)
        if (way === 'in the page alone') return
        // Of the policy alone: before the service worker is asked, and where there is none.
        const elsewhere = 'http://127.0.0.1:9/taken'
        expect(await page.evaluate(directiveAgainst, elsewhere)).toBe('connect-src')
        const [engine] = page.workers()
        expect(await engine.evaluate(directiveAgainst, elsewhere)).toBe('connect-src')
      })
    } finally {
      await site.close()
    }
  })
}

/** What of the policy refuses a request to this address. */
function directiveAgainst(url: string): Promise<string> {
  return new Promise((resolve) => {
    const heard = (event: Event) => resolve((event as SecurityPolicyViolationEvent).violatedDirective)
    addEventListener('securitypolicyviolation', heard, { once: true })
    void fetch(url).catch(() => {})
  })
}

/** What a page may do that a policy could forbid: pick from lists, train in workers, open menus and the palette. */
async function useEverything(page: Page, train: Locator): Promise<void> {
  await page.getByText('Advanced', { exact: true }).click()
  await page.getByRole('combobox', { name: 'lr_scheduler_type' }).click()
  await page.getByRole('option', { name: 'linear', exact: true }).click()
  const steps = train.getByLabel(/max_steps/)
  await steps.fill('2')
  await steps.press('Enter')
  await page.getByText('None', { exact: true }).click()
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(train.getByRole('status')).toContainText('Done', { timeout: 240_000 })
  await page.getByRole('button', { name: /^Loss/ }).click()
  await page.getByRole('menuitem').first().click()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  for (const key of ['1', '2', '4', '5', '6']) await page.keyboard.press(key)
}

test('the built page brings its headers as a file, and no script of it stands inline', async () => {
  const folder = await builtPage(process.cwd(), () => {})
  expect(readFileSync(`${folder}/_headers`, 'utf8')).toContain(PAGE_HEADERS['Content-Security-Policy'])
  const page = readFileSync(`${folder}/index.html`, 'utf8')
  expect([...page.matchAll(/<script(?![^>]*\bsrc=)/g)]).toEqual([])
  expect([...page.matchAll(/<style|\son\w+=|style=/g)]).toEqual([])
  expect(existsSync(`${folder}/assets`)).toBe(true)
})

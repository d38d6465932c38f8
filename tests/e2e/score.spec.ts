import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { watchPage } from '../helpers/browser'

// A software GPU shares its process with what draws the page: between two submits a click may wait.
test.use({ actionTimeout: 120_000 })

test('base and adapter are scored, stopped and gone on with after a reload; five cards; the report', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(900_000)
  const watch = watchPage(page, baseURL!)
  await page.goto('./#/train')
  await expect(page.getByRole('status')).toHaveText('Ready to train', { timeout: 240_000 })
  const train = page.getByRole('region', { name: 'Train' })
  await train.getByLabel(/max_steps/).fill('2')
  await train.getByLabel(/max_steps/).press('Enter')
  await train.getByRole('button', { name: 'Start training' }).click()
  await expect(train.getByRole('status')).toContainText('Done · step 2 of 2', { timeout: 400_000 })

  await page.getByRole('link', { name: /^Score/ }).click()
  const room = page.getByRole('region', { name: 'Score', exact: true })
  const choose = async () => {
    for (const name of ['Following instructions', 'Refusing what it should, and only that'])
      await room.getByRole('checkbox', { name }).uncheck()
  }
  await choose()
  await room.getByRole('button', { name: 'Score', exact: true }).click()
  await expect(room.getByRole('status')).toContainText(/[3-9] of \d+ answers/, { timeout: 240_000 })
  await room.getByRole('button', { name: 'Stop scoring' }).click()
  await expect(room.getByRole('button', { name: 'Score', exact: true })).toBeEnabled({ timeout: 120_000 })

  await room.getByRole('button', { name: 'Score', exact: true }).click()
  await expect(room.getByRole('heading', { name: 'Verdict' })).toBeVisible({ timeout: 400_000 })
  await expect(room.locator('.score-verdict')).not.toBeEmpty()
  await expect(room.getByRole('rowheader', { name: 'Perplexity' }).first()).toBeVisible()

  await test.step('the report stands alone and holds what the page shows', async () => {
    const saved = page.waitForEvent('download')
    await room.getByRole('button', { name: 'Download report' }).click()
    const html = readFileSync(await (await saved).path(), 'utf8')
    expect(html).not.toMatch(/<script|https?:/)
    expect(html).toContain('<article lang="zh-CN">')
    const also = page.waitForEvent('download')
    await room.getByRole('button', { name: 'Download scores.json' }).click()
    const scores = JSON.parse(readFileSync(await (await also).path(), 'utf8'))
    expect(scores.suites.map(({ name }: { name: string }) => name)).toEqual([
      'loss',
      'references',
      'general-text',
      'general-questions',
    ])
    expect(scores.verdicts).toHaveLength(1)
  })

  await test.step('blind review, by hand and by keys', async () => {
    await room.getByRole('button', { name: 'Begin blind review' }).click()
    const cards = room.getByRole('group', { name: /^Card/ })
    const total = Number(/of (\d+)/.exec((await cards.getAttribute('aria-label')) ?? '')?.[1])
    for (let n = 1; n <= total; n++) {
      await expect(room.getByRole('group', { name: `Card ${n} of ${total}` })).toBeVisible()
      if (n % 2) await room.getByRole('button', { name: 'Left is better' }).click()
      else await page.keyboard.press('ArrowRight')
    }
    await expect(room.getByText(/^The tuned model \d/)).toBeVisible()
  })
  expect(watch).toEqual({ errors: [], foreign: [] })
})

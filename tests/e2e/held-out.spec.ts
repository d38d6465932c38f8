import { expect, test } from '@playwright/test'
import { watchPage } from '../helpers/browser'
import { setFields } from './settings'

test.use({ actionTimeout: 120_000 })

test('by default a tenth of the rows is held out and judged ten times; the best step is what is kept', async ({
  page,
  baseURL,
}) => {
  const watch = watchPage(page, baseURL!)
  await page.goto('./#/train')
  const train = page.getByRole('region', { name: 'Train' })
  const status = train.getByRole('status')
  await expect(status).toHaveText('Ready to train', { timeout: 120_000 })
  await expect(train.getByText('judged 10 times')).toBeVisible()
  await setFields(train, { max_steps: 10, per_device_train_batch_size: 1 })
  await train.getByText('None', { exact: true }).click()
  await train.getByRole('button', { name: 'Start training' }).click()
  await expect(status).toContainText('Done · step 10 of 10', { timeout: 280_000 })

  await expect(train.locator('circle[data-best]')).toHaveCount(10)
  const words = train.getByRole('region', { name: 'Held-out rows' })
  const best = /after step (\d+)/.exec((await words.textContent())!)![1]
  await expect(train.locator('circle[data-best="true"]')).toHaveCount(1)
  await expect(train.getByText('their lowest')).toBeVisible()
  await expect(train.getByText('step that is kept').locator('..')).toContainText(best)

  await test.step('the state that is exported says so, and the adapter can be asked', async () => {
    await page.getByText('中文', { exact: true }).click()
    await expect(page.getByRole('region', { name: '留出的行' })).toContainText(`第 ${best} 步`)
    await expect(page.getByText('留出行的最低点')).toBeVisible()
    await page.getByText('English', { exact: true }).click()
  })
  await test.step('the kept run shows them, too', async () => {
    await page.getByRole('link', { name: /^Runs/ }).click()
    const run = page.getByRole('region', { name: 'Runs', exact: true })
    await run.locator('a[href^="#/runs/"]').first().click()
    await expect(run.locator('circle[data-best]')).toHaveCount(10)
    await expect(run.getByRole('region', { name: 'Held-out rows' })).toContainText(`after step ${best}`)
  })
  expect(watch).toEqual({ errors: [], foreign: [] })
})

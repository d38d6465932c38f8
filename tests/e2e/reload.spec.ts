import { expect, test } from '@playwright/test'

const rows = Array.from({ length: 12 }, (_, i) => ({ instruction: `Question ${i}?`, output: `Answer ${i}.` }))

test('a reload brings back the room: file, settings, answers and the adapter', async ({ page }) => {
  await page.goto('./#/train')
  const train = page.getByRole('region', { name: 'Train', exact: true })
  await expect(train.getByRole('status')).toHaveText('Ready to train', { timeout: 120_000 })
  await page.getByRole('link', { name: /^Data/ }).click()
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose data file' }).click(),
  ])
  await chooser.setFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(rows)) })
  await expect(page.getByRole('link', { name: /^Data/ })).toContainText('12 rows')
  await page.getByRole('link', { name: /^Train/ }).click()
  const steps = train.getByLabel(/max_steps/)
  await steps.fill('2')
  await steps.press('Enter')
  await page.getByText('None', { exact: true }).click()
  await page.getByRole('button', { name: 'Start training' }).click()
  await expect(train.getByRole('status')).toContainText('Done', { timeout: 240_000 })
  await page.getByRole('link', { name: /^Try/ }).click()
  const room = page.getByRole('region', { name: 'Try', exact: true })
  await room.getByText('More', { exact: true }).click()
  await room.getByLabel('max_new_tokens').fill('3')
  await room.getByRole('textbox', { name: 'Question' }).fill('Where is it?')
  await room.getByRole('button', { name: 'Send' }).click()
  await expect(room.getByText(/tok\/s/)).toHaveCount(2, { timeout: 120_000 })

  await page.reload()
  await expect(room.getByText('Where is it?')).toBeVisible()
  await expect(page.getByRole('link', { name: /^Try/ })).toContainText('base and tuned', { timeout: 120_000 })
  await expect(page.getByRole('link', { name: /^Data/ })).toContainText('12 rows')
  await page.getByRole('link', { name: /^Train/ }).click()
  await expect(train.getByText('mine.json')).toBeVisible()
  await expect(train.getByLabel(/max_steps/)).toHaveValue('2')
})
